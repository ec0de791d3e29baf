import { bootstrapGroup } from '@flotilla/core'
import { isNotFound, type Manifest } from '@flotilla/sdk'
import { at, type End, reach } from '../join/ends.ts'
import { secretKind } from '../join/kinds.ts'
import { table } from '../output/table.ts'
import { pinOf, publishClusterInfo } from './cluster-info.ts'
import { type KeptToken, keptToken, newToken, type Token, type TokenTerms, tokenKey, tokenNamespace, tokenOf, tokenSecret, tokenText, tokenType } from './token.ts' // biome-ignore format: a list

export interface ControlFlags {
  readonly kubeconfig?: string
  readonly context?: string
}

export interface CreateFlags extends ControlFlags, TokenTerms {
  /** One that was thought up elsewhere. */
  readonly token?: Token
  readonly printRegisterCommand: boolean
}

/** Milliseconds everything may take. */
const patience = 60_000

/** Who may let agents in, by default. */
export const defaultGroups: readonly string[] = [bootstrapGroup]

async function inControl<T>(flags: ControlFlags, step: (control: End, signal: AbortSignal) => Promise<T>): Promise<T> {
  await using open = new AsyncDisposableStack()
  const control = await reach(open, 'the control plane', flags)
  return await at(`the control plane at ${control.identity.server}`)(() => step(control, AbortSignal.timeout(patience)))
}

/** What is typed at the cluster to register it. */
const registerCommand = ({ identity: { server, ca } }: End, token: Token): string => {
  const { host, pathname } = new URL(server)
  const trust = ca === undefined ? '--discovery-token-unsafe-skip-ca-verification' : `--discovery-token-ca-cert-hash ${pinOf(ca)}` // biome-ignore format: one choice
  return `flotilla register ${host}${pathname.replace(/\/$/, '')} --token ${tokenText(token)} ${trust} --cluster-name NAME`
}

export async function createToken({ token = newToken(), printRegisterCommand, ...flags }: CreateFlags): Promise<void> {
  await inControl(flags, async (control, signal) => {
    await publishClusterInfo(control.client, control.identity, signal)
    await control.client.create(secretKind, tokenSecret(token, flags, new Date()), { signal })
    console.log(printRegisterCommand ? registerCommand(control, token) : tokenText(token))
  })
}

const units = [['d', 86_400], ['h', 3600], ['m', 60], ['s', 1]] as const // biome-ignore format: a table

/** `23h`, as kubectl says ages. */
function left({ expiration }: KeptToken, now: Date): string {
  if (!expiration) return '<forever>'
  const seconds = Math.floor((expiration.getTime() - now.getTime()) / 1000)
  if (seconds <= 0) return '<invalid>'
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ['s', 1]
  return `${Math.floor(seconds / size)}${unit}`
}

const rowOf = (token: KeptToken, now: Date): readonly string[] => [
  tokenText(token),
  left(token, now),
  token.expiration?.toISOString() ?? '<never>',
  token.usages.join(',') || '<none>',
  token.description || '<none>',
  token.groups.join(',') || '<none>',
]

export async function listTokens(flags: ControlFlags): Promise<void> {
  await inControl(flags, async ({ client }, signal) => {
    const options = { namespace: tokenNamespace, fieldSelector: `type=${tokenType}`, signal }
    const { items } = await client.list<Manifest>(secretKind, options)
    const now = new Date()
    const rows = items.flatMap((secret) => keptToken(secret) ?? []).map((token) => rowOf(token, now))
    console.log(table(['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS'], rows))
  })
}

export async function deleteTokens(tokens: readonly string[], flags: ControlFlags): Promise<void> {
  await inControl(flags, async ({ client }, signal) => {
    for (const text of tokens) {
      const id = tokenOf(text)?.id ?? text
      if (!(await client.delete(secretKind, tokenKey(id), { signal }).catch(orNone))) throw new Error(`there is no token ${id}`) // biome-ignore format: one condition
      console.log(`bootstrap token "${id}" deleted`)
    }
  })
}

function orNone(error: unknown): false {
  if (isNotFound(error)) return false
  throw error
}
