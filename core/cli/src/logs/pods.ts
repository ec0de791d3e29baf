import type { Kind, Manifest, StringMap } from '@flotilla/sdk'
import type { Entry } from '../get/clusters.ts'
import { kindNamed } from '../plan/kind.ts'

/** A Pod, as far as its logs are concerned. */
export interface Pod extends Manifest {
  readonly spec: { readonly containers: readonly { readonly name: string }[] }
}

const podKind: Kind<Pod> = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', scope: 'Namespaced' }

/** Whose logs are meant: of one object, or of pods with labels. */
export type Meant = { readonly type: string; readonly name: string } | { readonly labelSelector: string }

type Requirement = { readonly key: string; readonly operator: string; readonly values?: readonly string[] }

interface LabelSelector {
  readonly matchLabels?: StringMap
  readonly matchExpressions?: readonly Requirement[]
}

const requirementText = ({ key, operator, values = [] }: Requirement): string => {
  if (operator === 'Exists') return key
  if (operator === 'DoesNotExist') return `!${key}`
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
}

const labelsText = (labels: StringMap): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')

/** Which pods an object has, in kubectl's words; undefined when it has none of its own. A Service and a ReplicationController say only labels. */
export function selectorOf({ spec }: Manifest): string | undefined {
  const { selector } = (spec ?? {}) as { readonly selector?: LabelSelector | StringMap | null } // of all workloads
  if (!selector) return undefined
  const { matchLabels, matchExpressions } = selector as LabelSelector
  if (!matchLabels && !matchExpressions) return labelsText(selector as StringMap) || undefined
  return [labelsText(matchLabels ?? {}), ...(matchExpressions ?? []).map(requirementText)].filter(Boolean).join(',')
}

async function selectedBy(
  entry: Entry,
  type: string,
  key: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const kind = await kindNamed(entry, type, 'it')
  const object: Manifest | undefined = await entry.client.get(kind as Kind<Manifest>, key, { signal })
  const labelSelector = object && selectorOf(object)
  if (object && labelSelector === undefined) throw new Error(`${kind.kind} ${key.name} has no pods of its own`)
  return labelSelector
}

const isPod = (type: string): boolean => ['pod', 'pods', 'po'].includes(type.toLowerCase())

/** The pods that are meant in one cluster. */
export async function podsIn(
  entry: Entry,
  meant: Meant,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  if ('name' in meant && isPod(meant.type)) {
    const pod = await entry.client.get(podKind, { namespace, name: meant.name }, { signal })
    return pod ? [pod] : []
  }
  const labelSelector =
    'name' in meant ? await selectedBy(entry, meant.type, { namespace, name: meant.name }, signal) : meant.labelSelector
  if (labelSelector === undefined) return []
  return (await entry.client.list(podKind, { namespace, labelSelector, signal })).items
}
