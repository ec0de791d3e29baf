import { annotation, type Manifest } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { table } from '../output/table.ts'
import { reachControl } from '../plan/control.ts'
import { objectsOf, tableOf, type Wanted } from './ask.ts'
import { askAll, type Entry, enter } from './clusters.ts'
import { merged } from './merged.ts'

export interface GetFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly allNamespaces: boolean
  readonly clusters?: readonly string[]
  readonly selector?: string
  readonly fieldSelector?: string
  readonly output?: 'wide' | 'json' | 'yaml'
}

/** Milliseconds everything may take. */
const patience = 60_000

const fromCluster = (cluster: string, { metadata, ...object }: Manifest): object => ({
  ...object,
  metadata: { ...metadata, annotations: { ...metadata.annotations, [annotation.fromCluster]: cluster } },
})

async function listText(entries: readonly Entry[], wanted: Wanted, output: 'json' | 'yaml', signal: AbortSignal) {
  const { found, failures } = await askAll(entries, (entry) => objectsOf(entry, wanted, signal))
  const items = found.flatMap(({ cluster, value }) => value.map((object) => fromCluster(cluster, object)))
  const list = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items }
  const text =
    output === 'json' ? JSON.stringify(list, undefined, 4) : stringify(list, { aliasDuplicateObjects: false })
  return { text: text.trimEnd(), count: items.length, failures }
}

async function tableText(entries: readonly Entry[], wanted: Wanted, wide: boolean, signal: AbortSignal) {
  const { found, failures } = await askAll(entries, (entry) => tableOf(entry, wanted, signal))
  const parts = found.map(({ cluster, value }) => ({ cluster, table: value }))
  const { head, rows } = merged(parts, { wide, namespaces: wanted.namespace === undefined })
  return { text: rows.length > 0 ? table(head, rows) : '', count: rows.length, failures }
}

/** Shows the objects of a type in member clusters. Answers whether all that was asked for was found. */
export async function runGet(type: string, names: readonly string[], flags: GetFlags): Promise<void> {
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const control = await reachControl(open, flags, signal)
  const entries = await enter(open, control, flags.clusters ?? [], signal)
  if (entries.length === 0) throw new Error('no cluster is ready; kubectl get clusters shows them')
  const { selector: labelSelector, fieldSelector, output } = flags
  const wanted = {
    type,
    names,
    namespace: flags.allNamespaces ? undefined : control.namespace,
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
  }
  const { text, count, failures } =
    output === 'json' || output === 'yaml'
      ? await listText(entries, wanted, output, signal)
      : await tableText(entries, wanted, output === 'wide', signal)
  if (text) console.log(text)
  for (const failure of failures) console.error(failure)
  if (failures.length > 0) throw new Error(`that failed in ${failures.length} of ${entries.length} clusters`)
  if (count > 0) return
  if (names.length > 0) throw new Error(`no cluster has ${type} ${names.join(', ')}`)
  console.error(`no cluster has any ${type}`)
}
