import { type Binding, keyOf, keyText, type Service, type ServiceExport, type ServiceImport } from '@flotilla/sdk'
import { isDerivedFrom } from './derived-service.ts'
import { exportable } from './exportable.ts'
import { refusals } from './refusals.ts'
import type { Said } from './writing.ts'

/** What the control plane knows of a Service that policies bring from some clusters to others. */
export interface ImportFacts {
  readonly exported: ServiceExport | undefined
  readonly imported: ServiceImport | undefined
  readonly template: Service | undefined
  /** The Service of the name that the derived one is to have. */
  readonly derived: Service | undefined
  /** Whether a policy brought the export to any cluster. */
  readonly isAsked: boolean
  /** Whether any cluster has EndpointSlices of the Service. */
  readonly isCollected: boolean
  /** Names that imported slices are to have, and somebody else's slices have. */
  readonly taken: readonly string[]
  readonly bindings: {
    readonly exported: Binding | undefined
    readonly imported: Binding | undefined
    readonly derived: Binding | undefined
    readonly slices: readonly Binding[]
  }
}

const ready = (status: 'True' | 'False', reason: string, message: string): Said => ({
  type: 'Ready',
  status,
  reason,
  message,
})

const isNotOurs = (what: string): string => `${what} was not made for an import and is left alone; rename it`

const takenSlices = ({ taken }: ImportFacts): Said | undefined =>
  taken.length > 0 ? ready('False', 'NameTaken', isNotOurs(`EndpointSlice ${[...taken].sort().join(', ')}`)) : undefined

const refused = (words: string | undefined): Said | undefined => (words ? ready('False', 'Refused', words) : undefined)

/** Whether the Service can be exported, as far as the control plane has it, or clusters show that they have. */
function valid({ exported, template, isCollected }: ImportFacts & { readonly exported: ServiceExport }): Said {
  if (!template && isCollected)
    return { type: 'Valid', status: 'True', reason: 'Valid', message: 'clusters have the Service' }
  const { valid, ...said } = exportable({ export: exported, ...(template && { service: template }) })
  return { type: 'Valid', status: valid ? 'True' : 'False', ...said }
}

/** What a ServiceExport of the control plane says of itself. */
export function exportConditions(facts: ImportFacts): readonly Said[] {
  const { exported, isAsked, isCollected, bindings } = facts
  if (!exported) return []
  const first = valid({ ...facts, exported })
  const second =
    (first.status === 'False' ? ready('False', 'Failed', `it is not exported: ${first.message}`) : undefined) ??
    takenSlices(facts) ??
    refused(refusals(bindings.exported, 'the ServiceExport')) ??
    (isAsked ? undefined : ready('False', 'Pending', 'no policy has brought it to a cluster yet')) ??
    (isCollected ? undefined : ready('False', 'Pending', 'no cluster it is in has EndpointSlices of the Service')) ??
    ready('True', 'Exported', 'its endpoints are on the control plane')
  return [first, second]
}

/** What stands in the way of the derived Service. A headless import has none. */
function underived({ imported, derived }: ImportFacts): Said | undefined {
  if (imported?.spec?.type !== 'ClusterSetIP') return undefined
  if (!derived) return ready('False', 'Pending', 'its Service is not made yet')
  return isDerivedFrom(derived, imported)
    ? undefined
    : ready('False', 'NameTaken', isNotOurs(`Service ${keyText(keyOf(derived))}`))
}

/** What a ServiceImport of the control plane says of itself. */
export function importConditions(facts: ImportFacts): readonly Said[] {
  const { imported, isCollected, bindings } = facts
  if (!imported) return []
  const said =
    underived(facts) ??
    takenSlices(facts) ??
    (bindings.imported ? undefined : ready('False', 'Pending', 'no policy brings it to a cluster')) ??
    refused(refusals(bindings.imported, 'the ServiceImport')) ??
    refused(refusals(bindings.derived, 'its Service')) ??
    refused(bindings.slices.map((each) => refusals(each, 'its EndpointSlices')).find((words) => words)) ??
    (isCollected ? undefined : ready('False', 'Pending', 'no cluster that exports it has endpoints')) ??
    ready('True', 'Ready', 'the Service can be used')
  return [said]
}
