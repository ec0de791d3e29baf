import {
  type Condition,
  deepEqual,
  type Service,
  type ServiceExport,
  type ServiceImportPort,
  type ServiceImportSpec,
  type StringMap,
} from '@flotilla/sdk'

/** A Service that a cluster exports. */
export interface Exported {
  readonly cluster: string
  readonly export: ServiceExport
  readonly service: Service
}

/** What clusters that export one Service agree on. */
export interface Agreement {
  /** But for its addresses, which each cluster gives out by itself. */
  readonly spec: ServiceImportSpec
  readonly labels: StringMap
  readonly annotations: StringMap
  readonly clusters: readonly string[]
  /** The condition `Conflict` of each export: all hear of it, for each may be the one to change. */
  readonly conflict: Omit<Condition, 'lastTransitionTime'>
}

const isHeadless = ({ spec }: Service): boolean => spec?.clusterIP === 'None'

/** The oldest first: it wins. Of the same second, the first by name. */
const oldestFirst = (a: Exported, b: Exported): number => {
  const [x, y] = [a, b].map((each) => `${each.export.metadata.creationTimestamp ?? ''}|${each.cluster}`)
  return (x ?? '') < (y ?? '') ? -1 : 1
}

const portsOf = ({ spec }: Service): readonly ServiceImportPort[] =>
  (spec?.ports ?? []).map(({ name, protocol = 'TCP', port, appProtocol }) => ({
    ...(name && { name }),
    protocol,
    port,
    ...(appProtocol && { appProtocol }),
  }))

const isTaken = (ports: readonly ServiceImportPort[], { name = '', protocol, port }: ServiceImportPort): boolean =>
  ports.some((other) => (other.name ?? '') === name || (other.protocol === protocol && other.port === port))

/** All ports there are. Of two that cannot stand beside each other the older stays. */
function union(exports: readonly Exported[]): readonly ServiceImportPort[] {
  const ports: ServiceImportPort[] = []
  for (const { service } of exports) for (const port of portsOf(service)) if (!isTaken(ports, port)) ports.push(port)
  return ports
}

const inOrder = (ports: readonly ServiceImportPort[]) =>
  ports.toSorted((a, b) => a.port - b.port || ((a.protocol ?? '') < (b.protocol ?? '') ? -1 : 1))

/** Families in which every cluster has endpoints: in another one only some would be reached. */
function commonFamilies(exports: readonly Exported[]): readonly string[] {
  const [first = [], ...others] = exports.map(({ service }) => service.spec?.ipFamilies ?? [])
  const common = first.filter((family) =>
    others.every((families) => families.length === 0 || families.includes(family)),
  )
  return common.length > 0 ? common : first
}

/** What each cluster says by itself, by the reason of the conflict when they differ. */
const sayings: Readonly<Record<string, (exported: Exported) => unknown>> = {
  TypeConflict: ({ service }) => isHeadless(service),
  PortConflict: ({ service }) => inOrder(portsOf(service)),
  SessionAffinityConflict: ({ service }) => service.spec?.sessionAffinity ?? 'None',
  SessionAffinityConfigConflict: ({ service }) => service.spec?.sessionAffinityConfig,
  InternalTrafficPolicyConflict: ({ service }) => service.spec?.internalTrafficPolicy ?? 'Cluster',
  TrafficDistributionConflict: ({ service }) => service.spec?.trafficDistribution,
  IPFamilyConflict: ({ service }) => [...(service.spec?.ipFamilies ?? [])].sort(),
  LabelsConflict: (exported) => exported.export.spec?.exportedLabels ?? {},
  AnnotationsConflict: (exported) => exported.export.spec?.exportedAnnotations ?? {},
}

function conflictOf([oldest, ...others]: readonly Exported[]): Agreement['conflict'] {
  const type = 'Conflict'
  const found = Object.entries(sayings).flatMap(([reason, of]) => {
    const differ = others.filter((each) => oldest && !deepEqual(of(each), of(oldest))).map(({ cluster }) => cluster)
    return differ.length > 0 ? [{ reason, differ }] : []
  })
  if (!oldest || found.length === 0)
    return { type, status: 'False', reason: 'NoConflicts', message: 'all clusters export the same' }
  const details = found.map(({ reason, differ }) => `${reason} with ${differ.join(', ')}`).join('; ')
  return {
    type,
    status: 'True',
    reason: found.map(({ reason }) => reason).join(','),
    message: `the oldest export, that of ${oldest.cluster}, wins: ${details}; make the Services and ServiceExports alike`,
  }
}

/** What clusters make of one Service they all export; undefined when none does. */
export function agree(exports: readonly Exported[]): Agreement | undefined {
  const sorted = [...exports].sort(oldestFirst)
  const [oldest] = sorted
  if (!oldest) return undefined
  const { sessionAffinity, sessionAffinityConfig, internalTrafficPolicy, trafficDistribution } =
    oldest.service.spec ?? {}
  const ipFamilies = commonFamilies(sorted)
  return {
    spec: {
      type: isHeadless(oldest.service) ? 'Headless' : 'ClusterSetIP',
      ports: union(sorted),
      ...(sessionAffinity && { sessionAffinity }),
      ...(sessionAffinityConfig && { sessionAffinityConfig }),
      ...(ipFamilies.length > 0 && { ipFamilies }),
      ...(internalTrafficPolicy && { internalTrafficPolicy }),
      ...(trafficDistribution && { trafficDistribution }),
    },
    labels: oldest.export.spec?.exportedLabels ?? {},
    annotations: oldest.export.spec?.exportedAnnotations ?? {},
    clusters: sorted.map(({ cluster }) => cluster).sort(),
    conflict: conflictOf(sorted),
  }
}
