import { X509Certificate } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { agentOf } from '@flotilla/core'
import { certificateFor } from '@flotilla/kube'
import type { Client, Log } from '@flotilla/sdk'
import { parseDocument } from 'yaml'
import { system } from '../join/kinds.ts'
import type { Keyring } from './keyring.ts'

export interface RotationOptions {
  /** Milliseconds between two looks at the certificate. */
  readonly period: number
  /** The part of its life that is left when it is renewed. */
  readonly threshold: number
}

interface Rotation extends RotationOptions {
  readonly cluster: string
  /** Of the control plane. */
  readonly client: Client
  readonly keyring: Keyring
  readonly log: Log
}

/** Milliseconds in which a request has to be approved and signed. */
const patience = 300_000

interface Read {
  readonly users?: readonly { readonly user?: Readonly<Record<string, string>> }[]
}

/** The client certificate in a kubeconfig; undefined when another kind of credentials is. */
export function certificateIn(kubeconfig: string): X509Certificate | undefined {
  const { users = [] } = parseDocument(kubeconfig).toJS() as Read // a kubeconfig
  const { 'client-certificate-data': data } = users[0]?.user ?? {}
  return data === undefined ? undefined : new X509Certificate(Buffer.from(data, 'base64'))
}

/** Whether so little of a certificate's life is left that it has to be renewed. */
export function isDue({ validFrom, validTo }: X509Certificate, threshold: number, now: number): boolean {
  const [begin, end] = [Date.parse(validFrom), Date.parse(validTo)]
  return end - now <= (end - begin) * threshold
}

/** A kubeconfig with another certificate and key of its user; what else stands in it stays. */
export function withCertificate(
  kubeconfig: string,
  { cert, key }: { readonly cert: string; readonly key: string },
): string {
  const document = parseDocument(kubeconfig)
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  document.setIn(['users', 0, 'user', 'client-certificate-data'], base64(cert))
  document.setIn(['users', 0, 'user', 'client-key-data'], base64(key))
  return document.toString({ lineWidth: 0 })
}

async function renew({ cluster, client, keyring, log, threshold }: Rotation, signal: AbortSignal): Promise<void> {
  const kubeconfig = await keyring.read()
  const certificate = certificateIn(kubeconfig)
  if (!certificate || !isDue(certificate, threshold, Date.now())) return
  const life = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)
  const asking = {
    prefix: `${cluster}-`,
    user: agentOf(cluster),
    expirationSeconds: Math.max(600, Math.round(life / 1000)), // the API takes no shorter one
    labels: system,
  }
  const renewed = await certificateFor(client, asking, AbortSignal.any([signal, AbortSignal.timeout(patience)]))
  await keyring.write(withCertificate(kubeconfig, renewed))
  log.info('the certificate of the agent was renewed', { cluster, place: keyring.place })
}

/**
 * Renews the agent's certificate before it ends, until the signal. The one in use holds to its end: when the control plane
 * will not have it any more, the new one is read.
 */
export async function keepRenewed(rotation: Rotation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await renew(rotation, signal)
    } catch (error) {
      if (!signal.aborted) rotation.log.warn('the certificate of the agent was not renewed', { error })
    }
    await sleep(rotation.period, undefined, { signal }).catch(() => undefined)
  }
}
