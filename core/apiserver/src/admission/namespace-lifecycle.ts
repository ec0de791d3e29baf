import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { Admission, AdmissionRequest } from './admission.ts'

const namespaces = { group: '', plural: 'namespaces' } as const

/** Namespaces every cluster has. */
export const initialNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const

const immortal: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system'])

const checkCreation = (objects: Objects, { resource, namespace = '', name }: AdmissionRequest): void => {
  const found = objects.newest({ resource: 'namespaces', namespace: '', name: namespace })
  if (found === undefined) throw refusal.notFound(namespaces, namespace)
  if (found.metadata.deletionTimestamp === undefined) return
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`
  const reason = 'NamespaceTerminating'
  const cause = { reason, message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }
  throw refusal.forbidden(resource, name, message, [cause])
}

/** Objects are created only in namespaces that are there to stay; some namespaces stay for ever. */
export const namespaceLifecycle =
  (objects: Objects): Admission =>
  async (request) => {
    const { operation, resource, name } = request
    const isNamespace = resource.group === '' && resource.plural === 'namespaces'
    if (operation === 'DELETE' && isNamespace && immortal.has(name)) {
      throw refusal.forbidden(namespaces, name, 'this namespace may not be deleted')
    }
    if (operation === 'CREATE' && resource.namespaced) checkCreation(objects, request)
    return request
  }
