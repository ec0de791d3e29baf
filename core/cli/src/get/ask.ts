import { ApiError, type Kind, type Manifest } from '@flotilla/sdk'
import { kindNamed } from '../plan/kind.ts'
import type { Entry } from './clusters.ts'
import type { ServerTable } from './merged.ts'

/** Which objects are meant. */
export interface Wanted {
  readonly type: string
  /** By default all there are. */
  readonly names: readonly string[]
  /** Undefined: of all namespaces. */
  readonly namespace: string | undefined
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io'

function pathOf({ apiVersion, plural, scope }: Kind, { namespace, ...wanted }: Wanted, name?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const inside = scope === 'Namespaced' && namespace !== undefined ? `/namespaces/${namespace}` : ''
  const query = new URLSearchParams()
  if (wanted.labelSelector) query.set('labelSelector', wanted.labelSelector)
  if (wanted.fieldSelector) query.set('fieldSelector', wanted.fieldSelector)
  const search = query.size > 0 ? `?${query}` : ''
  return `${root}${inside}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}${search}`
}

const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404

/** What one cluster answers, as it was asked for; one answer for each name. What it has not got is left out. */
async function answers<T>(entry: Entry, wanted: Wanted, accept: string, signal: AbortSignal): Promise<readonly T[]> {
  const { client } = entry
  const kind = await kindNamed(entry, wanted.type, 'it')
  const ask = async (name?: string): Promise<T | undefined> => {
    try {
      return (await client.raw({ path: pathOf(kind, wanted, name), accept, signal })).body as T // as it was asked for
    } catch (error) {
      if (name !== undefined && isNotFound(error)) return undefined
      throw error
    }
  }
  const found = await Promise.all(wanted.names.length > 0 ? wanted.names.map(ask) : [ask()])
  return found.flatMap((each) => (each === undefined ? [] : [each]))
}

/** The objects of one cluster as its API server shows them to people. */
export async function tableOf(entry: Entry, wanted: Wanted, signal: AbortSignal): Promise<ServerTable> {
  const tables = await answers<ServerTable>(entry, wanted, tableType, signal)
  return {
    columnDefinitions: tables[0]?.columnDefinitions ?? [],
    rows: tables.flatMap(({ rows }) => rows),
  }
}

type Answered = Manifest | (Manifest & { readonly items: readonly Manifest[] })

/** The objects of one cluster, whole. A list leaves out what all of its objects are. */
export async function objectsOf(entry: Entry, wanted: Wanted, signal: AbortSignal): Promise<readonly Manifest[]> {
  const found = await answers<Answered>(entry, wanted, 'application/json', signal)
  return found.flatMap((each) => {
    if (!('items' in each)) return [each]
    const kind = each.kind.replace(/List$/, '')
    return (each.items as readonly Manifest[]).map((item) => ({ ...item, apiVersion: each.apiVersion, kind }))
  })
}
