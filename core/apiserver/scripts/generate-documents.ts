/**
 * Writes what a kube-apiserver of today tells clients of its built-in kinds: the schemas of its OpenAPI documents, and the columns of its tables.
 * `KUBECONFIG` names one, as an administrator with a certificate.
 */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'

type Json = Readonly<Record<string, unknown>>

interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>
}

interface Document {
  readonly components?: { readonly schemas?: Json }
}

interface Resources {
  readonly groupVersion: string
  readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[]
}

interface Table {
  readonly columnDefinitions: readonly Json[]
}

const kubeconfig = parse(readFileSync(process.env.KUBECONFIG ?? '', 'utf8'))
const [{ cluster }] = kubeconfig.clusters
const [{ user }] = kubeconfig.users
const decoded = (data: string): Buffer => Buffer.from(data, 'base64')
const identity = {
  ca: decoded(cluster['certificate-authority-data']),
  cert: decoded(user['client-certificate-data']),
  key: decoded(user['client-key-data']),
}

async function ask<T>(path: string, accept = 'application/json'): Promise<T> {
  const sent = request(`${cluster.server}${path}`, { ...identity, headers: { accept } })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return JSON.parse(await text(answer)) as T
}

const written = (name: string, entries: readonly (readonly [string, unknown])[]): void => {
  const lines = entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  writeFileSync(join(import.meta.dirname, `../schemas/${name}.json`), `{\n${lines.join(',\n')}\n}\n`)
}

const groups = (await ask<Index>('/openapi/v3')).paths
const versions = Object.keys(groups).filter((path) => /^(api|apis\/[^/]+)\/v\d/.test(path))
const schemas = new Map<string, unknown>()
const columns = new Map<string, unknown>()

async function columnsOf(path: string): Promise<void> {
  const { groupVersion, resources } = await ask<Resources>(`/${path}`)
  for (const { name, verbs } of resources) {
    if (!verbs.includes('list')) continue
    const table = await ask<Table>(`/${path}/${name}?limit=1`, 'application/json;as=Table;v=v1;g=meta.k8s.io')
    columns.set(`${groupVersion}/${name}`, table.columnDefinitions)
  }
}

/** What all groups share is said at more length by some. */
function keepLongest(name: string, schema: unknown): void {
  const found = schemas.get(name)
  if (!found || JSON.stringify(found).length < JSON.stringify(schema).length) schemas.set(name, schema)
}

for (const path of versions) {
  const { components } = await ask<Document>(groups[path]?.serverRelativeURL ?? '')
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) keepLongest(name, schema)
  await columnsOf(path)
}
written('documents', [...schemas])
written('columns', [...columns])
