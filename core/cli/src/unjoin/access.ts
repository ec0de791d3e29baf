import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, label, type Manifest } from '@flotilla/sdk'
import { accountOf, impersonator, removeAccount } from '../join/account.ts'
import { namespaceKind, secretKind, serviceAccountKind } from '../join/kinds.ts'

/** Accounts that are in a cluster's namespace whoever joined it. */
const everybodys: ReadonlySet<string> = new Set(['default', impersonator.name])

/** The account a token is for. */
const ownerOf = ({ metadata: { annotations } }: Manifest): string =>
  annotations?.['kubernetes.io/service-account.name'] ?? ''

/** Whether another control plane has an account here, or this is where one keeps the secrets of its members. */
async function isShared(member: Client, namespace: string, signal: AbortSignal): Promise<boolean> {
  const accounts = await member.list(serviceAccountKind, { namespace, signal })
  const secrets = await member.list(secretKind, { namespace, signal })
  return (
    accounts.items.some(({ metadata }) => !everybodys.has(metadata.name)) ||
    secrets.items.some((secret) => !everybodys.has(ownerOf(secret)))
  )
}

/** Milliseconds a namespace is waited for: nobody joins while it goes. Then it goes on by itself. */
const namespacePatience = 15_000

async function removeNamespace(member: Client, name: string, signal: AbortSignal): Promise<void> {
  const there = await member.get(namespaceKind, { name }, { signal })
  if (there?.metadata.labels?.[label.system] !== 'true') return
  const { uid } = there.metadata
  await member.delete(namespaceKind, { name }, { signal, ...(uid && { preconditions: { uid } }) })
  for (const end = performance.now() + namespacePatience; performance.now() < end; ) {
    if (!(await member.get(namespaceKind, { name }, { signal }))) return
    await sleep(250, undefined, { signal })
  }
}

/** Takes the control plane's account and its rights out of the member; what it took, for a person. */
export async function removeAccess(
  member: Client,
  cluster: string,
  namespace: string,
  signal: AbortSignal,
): Promise<string> {
  const account = accountOf(cluster)
  const isGone = await removeAccount(member, account, namespace, signal)
  if (!(await isShared(member, namespace, signal))) {
    await removeAccount(member, impersonator, namespace, signal)
    await removeNamespace(member, namespace, signal)
  }
  return isGone ? `of service account ${namespace}/${account.name}` : '(there was none)'
}
