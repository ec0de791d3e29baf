import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpOptions } from '@flotilla/kube'
import { type Client, clusterNamespace, errors, type Manifest } from '@flotilla/sdk'
import type { End } from './ends.ts'
import {
  clusterRoleBindingKind,
  clusterRoleKind,
  ensure,
  namespaceKind,
  namespaceOf,
  secretKind,
  serviceAccountKind,
  system,
} from './kinds.ts'
import type { SecretData } from './secret.ts'

const tokenPatience = 10_000

const decode = (secret: Manifest | undefined, key: string): string | undefined => {
  const value = (secret?.data as SecretData | undefined)?.[key]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString()
}

/** Whether a server makes tokens for service accounts at all. */
async function issuesTokens(member: Client, signal: AbortSignal): Promise<boolean> {
  const { body } = await member.raw({ path: '/api/v1', signal })
  const { resources = [] } = body as { resources?: readonly { readonly name: string }[] } // an APIResourceList
  return resources.some(({ name }) => name === 'serviceaccounts/token')
}

/** A long-lived token of a service account in the member, and its CA; undefined when it makes none. */
async function issuedToken(member: Client, account: string, signal: AbortSignal): Promise<SecretData | undefined> {
  const metadata = { name: account, namespace: clusterNamespace, labels: system }
  await ensure(member, serviceAccountKind, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, signal)
  const type = 'kubernetes.io/service-account-token'
  const annotations = { 'kubernetes.io/service-account.name': account }
  const secret = { apiVersion: 'v1', kind: 'Secret', type, metadata: { ...metadata, annotations } }
  await ensure(member, secretKind, secret, signal)
  for (const end = performance.now() + tokenPatience; performance.now() < end; ) {
    const filled = await member.get(secretKind, metadata, { signal })
    const token = decode(filled, 'token')
    if (token) return { token, caBundle: decode(filled, 'ca.crt') ?? '' }
    await sleep(250, undefined, { signal })
  }
  return undefined
}

async function allow(member: Client, name: string, account: string, signal: AbortSignal): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { name, labels: system }
  const rules = [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace: clusterNamespace }]
  await ensure(member, clusterRoleKind, { apiVersion, kind: 'ClusterRole', metadata, rules }, signal)
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects }
  await ensure(member, clusterRoleBindingKind, binding, signal)
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
  /** What it is, for a person. */
  readonly words: string
}

/** Makes an identity for the control plane in the member: a service account of its own, or else the kubeconfig's. */
export async function makeAccess({ client, identity }: End, cluster: string, signal: AbortSignal): Promise<Access> {
  if (await issuesTokens(client, signal)) {
    const account = `karmada-${cluster}`
    await ensure(client, namespaceKind, namespaceOf(clusterNamespace), signal)
    await allow(client, `karmada-controller-manager:${account}`, account, signal)
    const issued = await issuedToken(client, account, signal)
    const words = `for service account ${clusterNamespace}/${account} in it`
    if (issued) return { data: { ...issued, caBundle: issued.caBundle || identity.ca || '' }, words }
  }
  const data = await ownIdentity(identity)
  if (data) return { data, words: 'with the identity in its kubeconfig: the cluster issues no tokens' }
  throw errors.CLUSTER_NOT_JOINED(
    cluster,
    'it issues no tokens, and its kubeconfig has neither a token nor a client certificate',
  )
}
