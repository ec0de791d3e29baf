import { type Client, isConflict, isNotFound } from '@flotilla/sdk'
import { type Pod, podKind } from '../api/pod.ts'

/** How a pod is given its node. */
export type Bind = (pod: Pod, node: string) => Promise<void>

/** By the subresource a scheduler uses: a Kubernetes API server takes a node in no other way. */
export const bindBySubresource =
  (client: Client): Bind =>
  async (pod, node) => {
    const { namespace, name, uid } = pod.metadata
    const metadata = { ...(namespace && { namespace }), name, ...(uid && { uid }) }
    const target = { apiVersion: 'v1', kind: 'Node', name: node }
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata, target } as unknown as Pod // what the subresource takes
    try {
      await client.create(podKind, binding, { subresource: 'binding' })
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error // gone, or bound and not heard of yet
    }
  }
