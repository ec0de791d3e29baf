import type { Arrived, Means, ServiceInCluster, ServiceReport, Step } from '@flotilla/mcs/explain'
import { type Cell, type Column, tableOf } from '../output/columns.ts'
import { paragraphs } from '../output/paragraphs.ts'

const titles: Readonly<Record<Means, string>> = {
  ServiceExport: 'Between clusters, by a ServiceExport in members:',
  MultiClusterService: 'Between clusters, by its MultiClusterService:',
  ServiceImport: 'Between clusters, by the ServiceExport and the ServiceImport that policies bring:',
}

const word = (step: Step | undefined): Cell => step && (step.done ? 'yes' : 'no')

const countText = ({ ready, all }: Pick<Arrived, 'ready' | 'all'>): string =>
  ready === all ? `${all}` : `${ready}/${all}`

const total = (endpoints: readonly Arrived[]): Cell => {
  const sum = (of: (each: Arrived) => number) => endpoints.reduce((all, each) => all + of(each), 0)
  return countText({ ready: sum(({ ready }) => ready), all: sum(({ all }) => all) })
}

/** What is wrong in a cluster, in the order in which one looks: the cluster, what it exports, what it imports. */
function whyOf({ silent, withdrawn, exported, imported, missing }: ServiceInCluster): Cell {
  const said = [
    silent,
    withdrawn && !silent ? withdrawn : undefined,
    exported?.why && imported?.done && !exported.done ? undefined : exported?.why, // who imports need not export
    imported?.why,
    ...missing.map(({ from, why }) => `nothing from ${from}: ${why}`),
  ]
  return said.filter(Boolean).join('; ') || undefined
}

const columns: readonly Column<ServiceInCluster>[] = [
  { head: 'CLUSTER', cell: ({ cluster }) => cluster },
  { head: 'EXPORTED', cell: ({ exported }) => word(exported) },
  { head: 'IMPORTED', cell: ({ imported }) => word(imported) },
  { head: 'ADDRESS', cell: ({ ips }) => ips.join(', ') || undefined, sparse: true, wide: true },
  { head: 'ENDPOINTS', cell: ({ imported, endpoints }) => (imported?.done ? total(endpoints) : undefined) },
  { head: 'FROM', cell: ({ endpoints }) => endpoints.map((each) => `${each.from} ${countText(each)}`).join(', ') || undefined }, // biome-ignore format: one column
  { head: 'WHY', cell: whyOf, sparse: true },
]

/** What became of a Service between clusters, for a person. */
export const servicesText = (reports: readonly ServiceReport[], output: string | undefined): string =>
  paragraphs(
    ...reports.map(
      ({ means, clusters, notes }) =>
      [titles[means], '', tableOf(columns, clusters, output === undefined ? {} : { output }), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n'), // biome-ignore format: one text
    ),
  )
