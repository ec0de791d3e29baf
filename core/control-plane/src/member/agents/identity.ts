import type { User } from '@flotilla/kube'

const prefix = 'system:karmada:agent:'

/** The group of all agents. */
export const agentsGroup = 'system:karmada:agents'

/** Who shows one of the tokens that let agents in. */
export const bootstrapGroup = 'system:bootstrappers:karmada:default-cluster-token'

/** Who the agent of a cluster is in the control plane. */
export const agentOf = (cluster: string): User => ({ name: `${prefix}${cluster}`, groups: [agentsGroup] })

/** The cluster whose agent a user is; undefined for anybody else. */
export const clusterOfAgent = (user: string): string | undefined =>
  user.startsWith(prefix) ? user.slice(prefix.length) : undefined
