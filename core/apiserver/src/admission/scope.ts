import { type LabelSelector, type Manifest, matchesLabels } from '@flotilla/sdk'
import type { Objects } from '../store/objects.ts'
import { isNamespace, type Write } from './write.ts'

/** Which objects, of which namespaces. */
export interface Scope {
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
}

const selectsAll = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0

/** The namespace a write is in; of one that is written itself, the state that it would have. */
export const namespaceOf = (objects: Objects, write: Write): Manifest | undefined => {
  if (isNamespace(write)) return write.object ?? write.before
  if (write.namespace === undefined) return undefined
  return objects.newest({ resource: 'namespaces', namespace: '', name: write.namespace })
}

const isIn = (selector: LabelSelector | undefined, objects: Objects, write: Write): boolean => {
  if (selectsAll(selector)) return true
  const namespace = namespaceOf(objects, write)
  return namespace ? matchesLabels(selector, namespace.metadata.labels) : !write.served.namespaced
}

const selects = (selector: LabelSelector | undefined, object: Manifest | undefined): boolean =>
  object !== undefined && matchesLabels(selector, object.metadata.labels)

/** Whether a write is among those that are meant. An object is selected by its labels before or after. */
export const isWithin = ({ namespaceSelector, objectSelector }: Scope, objects: Objects, write: Write): boolean =>
  isIn(namespaceSelector, objects, write) &&
  (selectsAll(objectSelector) || selects(objectSelector, write.object) || selects(objectSelector, write.before))
