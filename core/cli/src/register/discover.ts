import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, faultOf, httpTransport } from '@flotilla/kube'
import { errors, FlotillaError } from '@flotilla/sdk'
import { type ClusterInfo, pinOf, readClusterInfo, type SignedInfo, signedInfo } from '../token/cluster-info.ts'
import type { Token } from '../token/token.ts'

export interface Discovery {
  /** `10.0.0.1:6443`, or a URL. */
  readonly endpoint: string
  readonly token: Token
  /** Hashes of the keys of authorities one of which has to vouch for the control plane; undefined: any may. */
  readonly pins: readonly string[] | undefined
}

/** Milliseconds between two looks for a signature: a new token signs a moment after it was made. */
const lookPeriod = 1_000

export const urlOf = (endpoint: string): string =>
  endpoint.includes('://') ? endpoint.replace(/\/$/, '') : `https://${endpoint}`

/** Why it is not to be believed; `wait` when a moment may help; undefined when it is. */
function doubt(info: SignedInfo | undefined, { token, pins }: Discovery): string | undefined {
  if (!info) return 'its kube-public/cluster-info says nothing: make a token with flotilla token create'
  if (info.signature === 'bad') return `token ${token.id} did not sign its cluster-info: it is another token, or another control plane` // biome-ignore format: one line
  const pin = pinOf(info.ca)
  if (pins && !pins.includes(pin)) return `its authority is ${pin}, which is none of ${pins.join(', ')}`
  if (!pins && info.signature === 'missing') return `nothing signs its cluster-info with token ${token.id}: it has ended, or its controller manager does not run bootstrapsigner; say --discovery-token-ca-cert-hash` // biome-ignore format: one line
  return undefined
}

const mayPass = (info: SignedInfo | undefined): boolean => !info || info.signature === 'missing'

/**
 * Finds out who vouches for a control plane, and believes it when the token has signed it, or its key is one that is
 * expected. Until then nothing is told to whoever answers.
 */
export async function discover(name: string, discovery: Discovery, signal: AbortSignal): Promise<ClusterInfo> {
  const server = urlOf(discovery.endpoint)
  const transport = httpTransport({ server, insecure: true }) // it is looked at who it is, below
  try {
    for (let last: string | undefined; ; ) {
      const info = signedInfo(await readClusterInfo(createClient(transport), signal), discovery.token)
      const reason = doubt(info, discovery)
      if (info && reason === undefined) return { server, ca: info.ca }
      if (!mayPass(info)) throw errors.CLUSTER_NOT_REGISTERED(name, `${server} is not to be believed: ${reason}`)
      last = reason
      await sleep(lookPeriod, undefined, { signal }).catch(() => {
        throw errors.CLUSTER_NOT_REGISTERED(name, `${server} is not to be believed: ${last}`)
      })
    }
  } catch (error) {
    if (error instanceof FlotillaError && error.code === 'SERVER_UNREACHABLE')
      throw errors.CLUSTER_NOT_REGISTERED(name, `${server} does not answer: ${faultOf(error.cause)}`, { cause: error })
    throw error
  } finally {
    await transport.close()
  }
}
