import { type CertificateSigningRequest, clientSigner, clientUsages, type Requested } from '@flotilla/kube'
import { deepEqual } from '@flotilla/sdk'
import { agentsGroup, clusterOfAgent } from './identity.ts'

/** Whether somebody has decided about a request. */
export const isDecided = ({ status }: CertificateSigningRequest): boolean => (status?.conditions ?? []).length > 0

export const isApproved = ({ status }: CertificateSigningRequest): boolean =>
  status?.conditions?.some(({ type }) => type === 'Approved') ?? false

/** The PEM in it. */
export const pemOf = ({ spec }: CertificateSigningRequest): string => Buffer.from(spec.request, 'base64').toString()

/** Whether a request is for the certificate of an agent, be it a proper one or not. */
export const isForAgent = ({ spec }: CertificateSigningRequest, { name, groups }: Requested): boolean =>
  spec.signerName === clientSigner && (clusterOfAgent(name) !== undefined || groups.includes(agentsGroup))

/** Key encipherment is of use to RSA keys alone: who has another need not ask for it. */
const isFor = (usages: readonly string[]): boolean =>
  [clientUsages, clientUsages.filter((usage) => usage !== 'key encipherment')].some((allowed) =>
    deepEqual(usages.toSorted(), allowed.toSorted()),
  )

/** What is wrong with a request for the certificate of an agent; undefined when nothing is. */
export function faultOf({ spec }: CertificateSigningRequest, { name, groups, others }: Requested): string | undefined {
  if (!clusterOfAgent(name)) return `only agents are in ${agentsGroup}, and ${name || 'a user without a name'} is none`
  if (!deepEqual(groups, [agentsGroup])) return `an agent is in ${agentsGroup} and in no other group`
  if (others.length > 0) return `an agent has no other names than its own, and this one wants ${others.join(', ')}`
  if (!isFor(spec.usages)) return `an agent's certificate is for ${clientUsages.join(', ')}, not for ${spec.usages.join(', ')}` // biome-ignore format: one line
  return undefined
}

/** What the user who asks has to be allowed to create, so that nobody else need look at it: for itself, or for another. */
export const subresourceFor = ({ spec }: CertificateSigningRequest, { name }: Requested): string =>
  spec.username === name ? 'selfclusteragent' : 'clusteragent'
