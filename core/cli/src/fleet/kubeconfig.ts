import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Credential } from '@flotilla/apiserver'
import { stringify } from 'yaml'

export interface KubeconfigContext {
  readonly name: string
  readonly server: string
}

export interface KubeconfigOptions {
  /** The first is the current one. */
  readonly contexts: readonly KubeconfigContext[]
  /** The authority that signed the server's certificate, PEM. */
  readonly ca: string
  readonly identity: Credential
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A kubeconfig with one user for all contexts. */
export const kubeconfig = ({ contexts, ca, identity }: KubeconfigOptions): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0]?.name,
    clusters: contexts.map(({ name, server }) => ({
      name,
      cluster: { server, 'certificate-authority-data': base64(ca) },
    })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: 'flotilla-admin' } })),
    users: [
      {
        name: 'flotilla-admin',
        user: {
          'client-certificate-data': base64(identity.cert),
          'client-key-data': base64(identity.key),
        },
      },
    ],
  })

/** Makes a directory that only its owner can enter, with those above it. */
export const makePrivateDirectory = (directory: string): unknown =>
  mkdirSync(directory, { recursive: true, mode: 0o700 })

/** Writes a file that only its owner can read, whole or not at all. */
export function writePrivately(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.tmp`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}
