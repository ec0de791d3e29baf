import {
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  type DecisionMatch,
  deepEqual,
  definePlugin,
  done,
  findCondition,
  type Host,
  keyOf,
  type Remedy,
  remedyKind,
} from '@flotilla/sdk'

/** A condition that is not there gives no sign. */
function isSign({ status }: Cluster, { clusterConditionMatch: wanted }: DecisionMatch): boolean {
  const found = wanted && findCondition(status?.conditions, wanted.conditionType)
  if (!found) return false
  return (found.status === wanted.conditionStatus) === (wanted.operator === 'Equal')
}

const isAbout = ({ spec: { clusterAffinity } }: Remedy, { metadata }: Cluster): boolean =>
  clusterAffinity === undefined || (clusterAffinity.clusterNames ?? []).includes(metadata.name)

const isNeeded = ({ spec: { decisionMatches = [] } }: Remedy, cluster: Cluster): boolean =>
  decisionMatches.length === 0 || decisionMatches.some((each) => isSign(cluster, each))

/** What has to be done about a cluster, as all remedies that are about it say. */
export const actionsFor = (remedies: readonly Remedy[], cluster: Cluster): readonly string[] => {
  const needed = remedies.filter((remedy) => isAbout(remedy, cluster) && isNeeded(remedy, cluster))
  return [...new Set(needed.flatMap(({ spec }) => spec.actions ?? []))].sort()
}

const isAnother = ({ before, after }: Change<Cluster>): boolean =>
  !deepEqual(before?.status?.conditions, after?.status?.conditions) ||
  !deepEqual(before?.status?.remedyActions, after?.status?.remedyActions)

/** Says in the status of each cluster what has to be done about it. */
export function remedying(host: Host): Controller {
  const clusters = host.store(clusterKind)
  const remedies = host.store(remedyKind)
  return host
    .controller('remedy')
    .for(clusterKind, isAnother)
    .watches(remedyKind, () => clusters.list().map(keyOf))
    .reconcile(async (cluster, key, signal) => {
      if (!cluster || cluster.metadata.deletionTimestamp) return done
      const actions = actionsFor(remedies.list(), cluster)
      if (deepEqual(actions, cluster.status?.remedyActions ?? [])) return done
      const body = { status: { remedyActions: actions.length > 0 ? actions : null } }
      await host.client.patch(clusterKind, key, { type: 'merge', body }, { signal, subresource: 'status' })
      return done
    })
}

export const remedies = definePlugin({ name: 'remedy', controllers: (host) => [remedying(host)] })
