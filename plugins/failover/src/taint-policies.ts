import {
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  clusterTaintPolicyKind,
  deepEqual,
  definePlugin,
  done,
  type Host,
  isConflict,
  keyOf,
  reasonOf,
  type Taint,
  withField,
} from '@flotilla/sdk'
import { taintsUnder } from './cluster-taints.ts'

/** What policies look at of a cluster. */
const isAnother = ({ before, after }: Change<Cluster>): boolean =>
  !deepEqual(before?.status?.conditions, after?.status?.conditions) ||
  !deepEqual(before?.spec, after?.spec) ||
  !deepEqual(before?.metadata.labels, after?.metadata.labels)

const textOf = (taints: readonly Taint[]): string =>
  taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(', ') || 'none'

async function taint(
  { client, event }: Host,
  cluster: Cluster,
  taints: readonly Taint[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (taints === cluster.spec.taints || !taints) return
  try {
    await client.update(clusterKind, withField(cluster, ['spec', 'taints'], taints), { signal })
  } catch (error) {
    if (!isConflict(error))
      event(cluster, 'Warning', 'TaintClusterFailed', `its ClusterTaintPolicies cannot be heeded: ${reasonOf(error)}`)
    throw error
  }
  event(cluster, 'Normal', 'TaintClusterSucceed', `ClusterTaintPolicies changed its taints: they are ${textOf(taints)}`)
}

/** Gives clusters the taints their policies want, as their conditions are. */
export function tainting(host: Host): Controller {
  const clusters = host.store(clusterKind)
  const policies = host.store(clusterTaintPolicyKind)
  return host
    .controller('cluster-taint-policy')
    .for(clusterKind, isAnother)
    .watches(clusterTaintPolicyKind, ({ after }) => (after ? clusters.list().map(keyOf) : []))
    .reconcile(async (cluster, _, signal) => {
      if (cluster && !cluster.metadata.deletionTimestamp)
        await taint(host, cluster, taintsUnder(policies.list(), cluster, host.now()), signal)
      return done
    })
}

export const taintPolicies = definePlugin({ name: 'cluster-taint-policy', controllers: (host) => [tainting(host)] })
