import { hash } from 'node:crypto'
import { type Change, deepEqual, label, type Manifest, withoutKeys } from '@flotilla/sdk'

/** What of a template is its author's to say: all but the status and what the server counts. */
function content({ status, metadata, ...rest }: Manifest): Manifest {
  const { resourceVersion, generation, managedFields, ...said } = metadata
  return { ...rest, metadata: said }
}

const isBookkeeping = (key: string): boolean => key.includes('.karmada.io') && key !== label.skipAutoPropagation

/** The same without what Flotilla writes on templates: claims, mostly. */
function ownWords(template: Manifest): Manifest {
  const { metadata, ...rest } = content(template)
  const labels = withoutKeys(metadata.labels, isBookkeeping)
  const annotations = withoutKeys(metadata.annotations, isBookkeeping)
  return { ...rest, metadata: { ...metadata, labels, annotations } }
}

/** Whether a change is more than a new status. */
export const isMoreThanStatus = ({ before, after }: Change<Manifest>): boolean =>
  !before || !after || !deepEqual(content(before), content(after))

/** Whether a change is one its author made, not Flotilla. */
export const isEdit = ({ before, after }: Change<Manifest>): boolean =>
  !before || !after || !deepEqual(ownWords(before), ownWords(after))

const print = (said: object): string => hash('sha256', JSON.stringify(said), 'hex').slice(0, 16)

/** Tells one content of a template from another, across restarts: first what its author said, then all of it. */
export const fingerprint = (template: Manifest): string => `${print(ownWords(template))}-${print(content(template))}`

/** Whether its author changed a template since it had a fingerprint. */
export const isEditedSince = (fingerprinted: string | undefined, template: Manifest): boolean =>
  fingerprinted?.split('-')[0] !== print(ownWords(template))
