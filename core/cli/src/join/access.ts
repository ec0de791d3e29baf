import type { HttpOptions } from '@flotilla/kube'
import { type Client, clusterNamespace, errors } from '@flotilla/sdk'
import { accountOf, impersonator, makeAccount, type Rules } from './account.ts'
import type { End } from './ends.ts'
import type { SecretData } from './secret.ts'

const everything: Rules = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['get'] },
]

const speakingForOthers: Rules = [
  { apiGroups: [''], resources: ['users', 'groups', 'serviceaccounts'], verbs: ['impersonate'] },
]

/** Whether a server makes tokens for service accounts at all. */
async function issuesTokens(member: Client, signal: AbortSignal): Promise<boolean> {
  const { body } = await member.raw({ path: '/api/v1', signal })
  const { resources = [] } = body as { resources?: readonly { readonly name: string }[] } // an APIResourceList
  return resources.some(({ name }) => name === 'serviceaccounts/token')
}

const bearer = /^Bearer (.+)$/

/** The identity a kubeconfig holds itself: what is left when the member makes no tokens. */
async function ownIdentity({ credentials, ca }: HttpOptions): Promise<SecretData | undefined> {
  const { authorization = '', cert, key } = (await credentials?.(false)) ?? {}
  const caBundle: SecretData = ca === undefined ? {} : { caBundle: ca }
  const [, token] = bearer.exec(authorization) ?? []
  if (token) return { token, ...caBundle }
  return cert && key ? { 'tls.crt': cert, 'tls.key': key, ...caBundle } : undefined
}

export interface Access {
  readonly data: SecretData
  /** An identity that speaks for users of the control plane. A member that makes no tokens has none. */
  readonly impersonator?: SecretData
  /** What it is, for a person. */
  readonly words: string
}

/** The accounts in a member that makes tokens. */
async function issued({ client, identity }: End, cluster: string, signal: AbortSignal): Promise<Access | undefined> {
  const account = accountOf(cluster)
  const [own, others] = await Promise.all([
    makeAccount(client, account, everything, signal),
    makeAccount(client, impersonator, speakingForOthers, signal),
  ])
  if (!own) return undefined
  const believed = (data: SecretData): SecretData => ({ ...data, caBundle: data.caBundle || identity.ca || '' })
  return {
    data: believed(own),
    ...(others && { impersonator: believed(others) }),
    words: `for service account ${clusterNamespace}/${account.name} in it`,
  }
}

/** Makes an identity for the control plane in the member: a service account of its own, or else the kubeconfig's. */
export async function makeAccess(member: End, cluster: string, signal: AbortSignal): Promise<Access> {
  if (await issuesTokens(member.client, signal)) {
    const made = await issued(member, cluster, signal)
    if (made) return made
  }
  const data = await ownIdentity(member.identity)
  if (data) return { data, words: 'with the identity in its kubeconfig: the cluster issues no tokens' }
  throw errors.CLUSTER_NOT_JOINED(
    cluster,
    'it issues no tokens, and its kubeconfig has neither a token nor a client certificate',
  )
}
