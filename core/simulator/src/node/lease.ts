import { again, type Controller, done, isNotFound, type Kind, type Manifest } from '@flotilla/sdk'
import { type Node, nodeKind } from '../api/node.ts'
import type { Machine } from '../machine.ts'
import { isLeaving } from '../owner.ts'
import { isDown } from './health.ts'

const leaseKind: Kind = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
}

/** As kubelets have it. */
const leaseDurationSeconds = 40
const renewalMs = 10_000

/** It goes with its node. */
function leaseOf({ metadata: { name, uid = '' } }: Node, now: Date): Manifest {
  const { apiVersion, kind } = nodeKind
  return {
    apiVersion: leaseKind.apiVersion,
    kind: leaseKind.kind,
    metadata: { namespace: 'kube-node-lease', name, ownerReferences: [{ apiVersion, kind, name, uid }] },
    spec: { holderIdentity: name, leaseDurationSeconds, renewTime: now.toISOString().replace('Z', '000Z') },
  }
}

/** Has nodes say that they are there, as kubelets do. One that is down does not. */
export const leaseController = ({ client, controller, now }: Machine): Controller => {
  async function renew(node: Node): Promise<void> {
    const { metadata, spec } = leaseOf(node, now())
    try {
      await client.patch(leaseKind, metadata, { type: 'merge', body: { spec } })
    } catch (error) {
      if (!isNotFound(error)) throw error
      await client.create(leaseKind, leaseOf(node, now()))
    }
  }
  return controller('node-lease')
    .for(nodeKind, ({ before, after }) => !before || !after || isDown(before) !== isDown(after))
    .reconcile(async (node) => {
      if (!node || isLeaving(node) || isDown(node)) return done
      await renew(node)
      return again(renewalMs)
    })
}
