import type { Cluster, Placement, SpreadConstraint } from '@flotilla/sdk'
import { strategyOf } from '@flotilla/sdk'

/** How many groups a selection may have. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** Groups of clusters that are alike in something. */
export interface Grouping {
  /** What a cluster has to say of itself to be in one. */
  readonly property: string
  /** So many of them, in words: `1 region`, `2 regions`. */
  readonly counted: (count: number) => string
  readonly bounds: Bounds
  /** The groups a cluster is in: one, or several zones, or none when it does not say. */
  readonly groupsOf: (cluster: Cluster) => readonly string[]
}

type GroupField = 'provider' | 'region' | 'zone'

const one = (value: string | undefined): readonly string[] => (value ? [value] : [])

/** A number of things, in words. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`

const byField: Readonly<Record<GroupField, Omit<Grouping, 'bounds'>>> = {
  provider: {
    property: 'provider',
    counted: (count) => counted(count, 'provider'),
    groupsOf: ({ spec }) => one(spec.provider),
  },
  region: {
    property: 'region',
    counted: (count) => counted(count, 'region'),
    groupsOf: ({ spec }) => one(spec.region),
  },
  zone: {
    property: 'zones',
    counted: (count) => counted(count, 'zone'),
    groupsOf: ({ spec }) => (spec.zones?.length ? spec.zones : one(spec.zone)),
  },
}

const byLabel = (key: string): Omit<Grouping, 'bounds'> => ({
  property: `label ${key}`,
  counted: (count) => counted(count, `value of label ${key}`, `values of label ${key}`),
  groupsOf: ({ metadata: { labels } }) => one(labels?.[key]),
})

/** At least one, and no upper bound unless there is one. */
const boundsOf = ({ minGroups = 0, maxGroups = 0 }: SpreadConstraint): Bounds => ({
  min: Math.max(minGroups, 1),
  max: maxGroups > 0 ? maxGroups : Number.POSITIVE_INFINITY,
})

function groupingOf(constraint: SpreadConstraint): Grouping | undefined {
  const { spreadByField, spreadByLabel } = constraint
  const bounds = boundsOf(constraint)
  if (spreadByLabel) return { ...byLabel(spreadByLabel), bounds }
  return spreadByField && spreadByField !== 'cluster' ? { ...byField[spreadByField], bounds } : undefined
}

/** The groupings a placement asks for, the one that counts first: by region before all others, as in Karmada. */
export function groupingsOf({ spreadConstraints = [] }: Placement): readonly Grouping[] {
  const groupings = spreadConstraints.map(groupingOf).filter((grouping) => grouping !== undefined)
  return groupings.sort((a, b) => Number(b.property === 'region') - Number(a.property === 'region'))
}

/** How many clusters a placement may use; undefined when it does not say. */
export function clusterBounds({ spreadConstraints = [] }: Placement): Bounds | undefined {
  const constraint = spreadConstraints.find(
    ({ spreadByField, spreadByLabel }) => spreadByField === 'cluster' || (!spreadByField && !spreadByLabel),
  )
  return constraint && boundsOf(constraint)
}

/** Whether spread constraints are left aside: static weights name the clusters themselves. */
export const ignoresSpread = (placement: Placement): boolean => strategyOf(placement) === 'StaticWeight'
