import { type Cluster, clusterKind, type Host, isTrue, type Kind, type Member } from '@flotilla/sdk'

export const isReady = (cluster: Cluster | undefined): boolean =>
  cluster !== undefined && !cluster.metadata.deletionTimestamp && isTrue(cluster.status?.conditions, 'Ready')

/** Whether a cluster serves a kind, as far as its status says. */
export const serves = ({ status }: Cluster, { apiVersion, plural }: Kind<unknown>): boolean =>
  status?.apiEnablements?.some(
    ({ groupVersion, resources = [] }) => groupVersion === apiVersion && resources.some(({ name }) => name === plural),
  ) ?? false

/** Whether a cluster is known not to serve a kind: its list of kinds is complete, and has it not. */
export const lacks = (cluster: Cluster, kind: Kind<unknown>): boolean =>
  isTrue(cluster.status?.conditions, 'CompleteAPIEnablements') && !serves(cluster, kind)

/**
 * Begins something with each member that is ready (and fit), once for as long as it is the same member. What `begin`
 * answers ends it.
 */
export function withEachMember(
  { members, store }: Pick<Host, 'members' | 'store'>,
  begin: (member: Member) => () => void,
  isFit: (cluster: Cluster) => boolean = () => true,
): () => void {
  const clusters = store(clusterKind)
  const begun = new Map<string, { readonly member: Member; readonly end: () => void }>()
  const isDue = (name: string) => {
    const cluster = clusters.get({ name })
    return cluster !== undefined && isReady(cluster) && isFit(cluster)
  }
  const look = (name: string) => {
    const [member, before] = [members.get(name), begun.get(name)]
    if (before && before.member !== member) {
      before.end()
      begun.delete(name)
    }
    if (member && !begun.has(name) && isDue(name)) begun.set(name, { member, end: begin(member) })
  }
  const ends = [
    members.onReadiness(look),
    clusters.listen(({ before, after }) => {
      const cluster = after ?? before
      if (cluster) look(cluster.metadata.name)
    }),
  ]
  for (const { name } of members.list()) look(name)
  return () => {
    for (const end of ends) end()
    for (const { end } of begun.values()) end()
  }
}
