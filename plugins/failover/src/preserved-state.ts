import {
  type AggregatedStatusItem,
  type Binding,
  labelValue,
  type StatePreservation,
  type StringMap,
} from '@flotilla/sdk'
import { JSONPath } from 'jsonpath-plus'

/** What a new copy is told of the old one, or why that cannot be said. */
export type State = { readonly labels: StringMap } | { readonly unknown: string }

const segment = /\{([^{}]*)\}/g

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** What one path of a template finds; undefined when it is not there. */
function read(path: string, status: object): string | undefined {
  const rooted = path.startsWith('.') || path.startsWith('[') ? `$${path}` : `$.${path}`
  const found: unknown = JSONPath({ path: rooted, json: status, wrap: true, eval: 'safe' })
  if (!Array.isArray(found) || found.length === 0) return undefined
  return found.map(textOf).join(' ')
}

/** Fills in a JSON path template as kubectl has it: `{.jobStatus.jobId}`; a path alone may stand without braces. */
function filled(template: string, status: object): State | string {
  const whole = template.includes('{') ? template : `{${template}}`
  const missing: string[] = []
  const text = whole.replaceAll(segment, (_, path: string) => {
    const value = read(path.trim(), status)
    if (value === undefined) missing.push(path.trim())
    return value ?? ''
  })
  return missing.length > 0 ? { unknown: `the status that was collected has no ${missing.join(', ')}` } : text
}

function stated(template: string, status: object): State | string {
  try {
    return filled(template, status)
  } catch {
    return { unknown: `the path ${template} cannot be read` }
  }
}

const collected = ({ status }: Binding, cluster: string): AggregatedStatusItem['status'] =>
  status?.aggregatedStatus?.find(({ clusterName }) => clusterName === cluster)?.status

/** What the rules of a policy preserve of the copy in a cluster, as labels. */
export function preservedState(binding: Binding, cluster: string, { rules }: StatePreservation): State {
  const status = collected(binding, cluster)
  if (typeof status !== 'object' || status === null) return { unknown: 'no status was collected' }
  const labels: Record<string, string> = {}
  for (const { aliasLabelName, jsonPath } of rules) {
    const value = stated(jsonPath, status)
    if (typeof value !== 'string') return value
    const wrong = labelValue(value)
    if (wrong) return { unknown: `the value of ${jsonPath}, which goes into the label ${aliasLabelName}, ${wrong}` }
    labels[aliasLabelName] = value
  }
  return { labels }
}
