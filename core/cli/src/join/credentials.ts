import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpOptions } from '@flotilla/kube'
import { type Client, clusterNamespace, isAlreadyExists, type Kind, label, type Manifest } from '@flotilla/sdk'
import { clusterRoleBindingKind, clusterRoleKind, namespaceKind, secretKind, serviceAccountKind } from './kinds.ts'

/** What a cluster's secret holds; values are plain text. */
export type SecretData = Readonly<Record<string, string>>

const tokenPatience = 10_000

const system = { [label.system]: 'true' }

async function ensure<T>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  try {
    await client.create(kind, object)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

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

/** A long-lived token of a service account in the member; undefined when the member hands none out. */
async function issuedToken(member: Client, account: string, signal: AbortSignal): Promise<SecretData | undefined> {
  if (!(await issuesTokens(member, signal))) return undefined
  await ensure(member, serviceAccountKind, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: account, namespace: clusterNamespace, labels: system },
  })
  await ensure(member, secretKind, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: {
      name: account,
      namespace: clusterNamespace,
      labels: system,
      annotations: { 'kubernetes.io/service-account.name': account },
    },
  })
  for (const end = performance.now() + tokenPatience; performance.now() < end; ) {
    const secret = await member.get(secretKind, { namespace: clusterNamespace, name: account }, { signal })
    const token = decode(secret, 'token')
    if (token) return { token, caBundle: decode(secret, 'ca.crt') ?? '' }
    await sleep(250, undefined, { signal })
  }
  return undefined
}

async function allow(member: Client, name: string, account: string, rules: readonly object[]): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { name, labels: system }
  await ensure(member, clusterRoleKind, { apiVersion, kind: 'ClusterRole', metadata, rules })
  await ensure(member, clusterRoleBindingKind, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: clusterNamespace }],
  })
}

const everything = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['get'] },
]

const bearer = /^Bearer (.+)$/

/** The identity a kubeconfig holds itself: what is left when the member issues no tokens. */
async function ownIdentity({ credentials, ca }: HttpOptions): Promise<SecretData | undefined> {
  const { authorization = '', cert, key } = (await credentials?.(false)) ?? {}
  const caBundle: SecretData = ca === undefined ? {} : { caBundle: ca }
  const [, token] = bearer.exec(authorization) ?? []
  if (token) return { token, ...caBundle }
  return cert && key ? { 'tls.crt': cert, 'tls.key': key, ...caBundle } : undefined
}

export interface MemberAccess {
  readonly data: SecretData
  /** False when the data is the kubeconfig's own identity, not a service account made for Flotilla. */
  readonly issued: boolean
}

/** Makes an identity for the control plane in the member: a service account of its own, or the kubeconfig's. */
export async function makeAccess(
  member: Client,
  cluster: string,
  identity: HttpOptions,
  signal: AbortSignal,
): Promise<MemberAccess | undefined> {
  const account = `karmada-${cluster}`
  await ensure(member, namespaceKind, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: clusterNamespace, labels: system },
  })
  await allow(member, `karmada-controller-manager:${account}`, account, everything)
  const issued = await issuedToken(member, account, signal)
  if (issued) return { data: { ...issued, caBundle: issued.caBundle || identity.ca || '' }, issued: true }
  const data = await ownIdentity(identity)
  return data && { data, issued: false }
}
