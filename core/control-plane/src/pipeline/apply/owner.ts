import { annotation, label, type Manifest, type Work } from '@flotilla/sdk'

/** Whether an object is marked as made, or taken over, by Flotilla. */
export const isManaged = ({ metadata }: Manifest): boolean => metadata.labels?.[label.managed] === 'true'

/** Whether an object says that it is of this Work. */
export const names = ({ metadata }: Work, { metadata: { annotations = {} } }: Manifest): boolean =>
  annotations[annotation.workName] === metadata.name && annotations[annotation.workNamespace] === metadata.namespace

/** Whether an object may be changed for a Work: who takes only the mark off it has not made it his own. */
export const isOurs = (work: Work, observed: Manifest): boolean => isManaged(observed) || names(work, observed)
