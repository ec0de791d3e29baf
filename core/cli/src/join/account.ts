import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, clusterNamespace, type Manifest } from '@flotilla/sdk'
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

/** Milliseconds a member may take to make a token. */
const tokenPatience = 10_000

/** What an account may do: rules of a ClusterRole. */
export type Rules = readonly object[]

const decode = (secret: Manifest | undefined, key: string): string | undefined => {
  const value = (secret?.data as SecretData | undefined)?.[key]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString()
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

async function allow(member: Client, name: string, account: string, rules: Rules, signal: AbortSignal): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { name, labels: system }
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace: clusterNamespace }]
  await ensure(member, clusterRoleKind, { apiVersion, kind: 'ClusterRole', metadata, rules }, signal)
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects }
  await ensure(member, clusterRoleBindingKind, binding, signal)
}

/** A service account of a member, and the ClusterRole of its own that says what it may do. */
export interface Account {
  readonly name: string
  readonly role: string
}

/** The account with which the control plane reaches a member. */
export const accountOf = (cluster: string): Account => ({
  name: `karmada-${cluster}`,
  role: `karmada-controller-manager:karmada-${cluster}`,
})

/** The account in whose name users are led through to a member: it may speak for them, and nothing else. */
export const impersonator: Account = { name: 'karmada-impersonator', role: 'karmada-impersonator' }

/** Makes an account in the member, or finds it there; its token and the CA. Undefined when the member makes no tokens. */
export async function makeAccount(
  member: Client,
  { name, role }: Account,
  rules: Rules,
  signal: AbortSignal,
): Promise<SecretData | undefined> {
  await ensure(member, namespaceKind, namespaceOf(clusterNamespace), signal)
  await allow(member, role, name, rules, signal)
  return issuedToken(member, name, signal)
}

/** Takes an account and what it may do out of the member; whether anything was there. */
export async function removeAccount(
  member: Client,
  { name, role }: Account,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const gone = [
    await member.delete(clusterRoleBindingKind, { name: role }, { signal }), // first: from here on it may do nothing
    await member.delete(clusterRoleKind, { name: role }, { signal }),
    await member.delete(secretKind, { namespace, name }, { signal }),
    await member.delete(serviceAccountKind, { namespace, name }, { signal }),
  ]
  return gone.some(Boolean)
}
