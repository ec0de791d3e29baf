import type { Manifest } from '@flotilla/sdk'

/**
 * An object of a kind of ours as it is sent to have its status written: servers take nothing else of it, but would have to read it.
 * Not for kinds that Kubernetes has built in: those lose the annotations that are not sent.
 */
export function onlyStatus<T extends Manifest>({ apiVersion, kind, metadata }: T, status: T['status']): T {
  const { namespace, name, uid, resourceVersion } = metadata
  const identity = {
    ...(namespace && { namespace }),
    name,
    ...(uid && { uid }),
    ...(resourceVersion && { resourceVersion }),
  }
  return { apiVersion, kind, metadata: identity, status } as unknown as T // what is left of it
}
