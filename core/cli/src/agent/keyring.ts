import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { type Client, errors, type Key, keyText, type Manifest } from '@flotilla/sdk'
import { ensure, secretKind, system } from '../join/kinds.ts'

/** Where an agent keeps the kubeconfig by which it reaches the control plane. */
export interface Keyring {
  /** What it is, for a person. */
  readonly place: string
  read(): Promise<string>
  /** Puts another one in the place of the one that was read. */
  write(kubeconfig: string): Promise<void>
}

/** A file, which only its owner can read. */
export const fileKeyring = (file: string): Keyring => ({
  place: file,
  async read() {
    try {
      return await readFile(file, 'utf8')
    } catch (cause) {
      throw errors.CONFIG_INVALID(`kubeconfig ${file}`, cause instanceof Error ? cause.message : String(cause))
    }
  },
  async write(kubeconfig) {
    const { mode } = await stat(file)
    await writeFile(`${file}.new`, kubeconfig, { mode })
    await rename(`${file}.new`, file) // either the old one is there, or the new one
  },
})

/** Under which name a kubeconfig is in its secret, as in Karmada. */
const entry = 'karmada-kubeconfig'

const textOf = ({ data }: Manifest): string | undefined => {
  const { [entry]: text } = (data ?? {}) as Readonly<Record<string, string>>
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString()
}

const dataOf = (kubeconfig: string) => ({ [entry]: Buffer.from(kubeconfig).toString('base64') })

/** A secret that holds a kubeconfig. */
const kubeconfigSecret = (key: Key, kubeconfig: string): Manifest => ({
  apiVersion: secretKind.apiVersion,
  kind: secretKind.kind,
  type: 'Opaque',
  metadata: { ...key, labels: system },
  data: dataOf(kubeconfig),
})

/** A secret in the member. */
export const secretKeyring = (member: Client, key: Key, signal: AbortSignal): Keyring => ({
  place: `secret ${keyText(key)}`,
  async read() {
    const secret = await member.get(secretKind, key, { signal })
    const text = secret && textOf(secret)
    if (text !== undefined) return text
    throw errors.CONFIG_INVALID(
      `secret ${keyText(key)}`,
      `${secret ? `it has no ${entry}` : 'the cluster has no such secret'}: flotilla register makes it`,
    )
  },
  async write(kubeconfig) {
    await ensure(member, secretKind, kubeconfigSecret(key, kubeconfig), signal)
    await member.patch(secretKind, key, { type: 'merge', body: { data: dataOf(kubeconfig) } }, { signal })
  },
})
