import { X509Certificate } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { errors, reasonOf } from '@flotilla/sdk'
import type { SchedulerWebhook } from '../config/plugin-settings.ts'

/** Where a webhook is asked, and what its certificate is checked with. */
export interface Place {
  readonly url: URL
  /** PEM; by default the authorities Node knows. */
  readonly ca?: string
  /** A file with a bearer token. */
  readonly tokenFile?: string
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** What is wrong with a URL, in words that follow its field. */
function wrongUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) return 'must be a URL, such as "https://example.com/schedule"'
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && loopback.test(url.hostname))
  if (!isSafe) return 'must be a URL whose scheme is https; http is for this machine alone'
  return url.username || url.password || url.search || url.hash
    ? 'must be a URL without user, query and fragment'
    : undefined
}

const urlOf = ({ namespace, name, port = 443, path = '/' }: NonNullable<SchedulerWebhook['service']>): URL =>
  new URL(path, `https://${name}.${namespace}.svc:${port}`)

/** Certificates in PEM, whether written so or in base64; undefined when they are none. */
function certificates(bundle: string): string | undefined {
  const pem = bundle.includes('-----BEGIN') ? bundle : Buffer.from(bundle, 'base64').toString()
  try {
    new X509Certificate(pem)
    return pem
  } catch {
    return undefined
  }
}

function placeIn({ url, service }: SchedulerWebhook, path: string): URL {
  if (url !== undefined && service)
    throw errors.CONFIG_INVALID(`${path}.url`, 'cannot stand beside service; keep one of them')
  const problem = url === undefined ? undefined : wrongUrl(url)
  if (problem) throw errors.CONFIG_INVALID(`${path}.url`, problem)
  const place = url === undefined ? service && urlOf(service) : new URL(url)
  if (!place) throw errors.CONFIG_INVALID(path, 'it says neither url nor service: where to ask')
  return place
}

function authorityIn({ caBundle }: SchedulerWebhook, path: string): Pick<Place, 'ca'> {
  if (caBundle === undefined) return {}
  const ca = certificates(caBundle)
  if (!ca) throw errors.CONFIG_INVALID(`${path}.caBundle`, 'must be certificates in PEM, as they are or in base64')
  return { ca }
}

function tokenIn({ tokenFile: file }: SchedulerWebhook, path: string, directory: string): Pick<Place, 'tokenFile'> {
  if (file === undefined) return {}
  const tokenFile = resolve(directory, file)
  try {
    accessSync(tokenFile, constants.R_OK)
  } catch (cause) {
    throw errors.CONFIG_INVALID(`${path}.tokenFile`, `cannot be read: ${reasonOf(cause)}`)
  }
  return { tokenFile }
}

/** Where a webhook of the config file is asked; files are relative to `directory`. Throws `CONFIG_INVALID` with the field. */
export const placeOf = (webhook: SchedulerWebhook, path: string, directory: string): Place => ({
  url: placeIn(webhook, path),
  ...authorityIn(webhook, path),
  ...tokenIn(webhook, path, directory),
})
