import {
  annotation,
  type Client,
  type Kind,
  keyText,
  type Manifest,
  type OverridePolicy,
  overridePolicyKind,
  type PropagationPolicy,
  propagationPolicyKind,
  workKind,
} from '@flotilla/sdk'
import { deploymentKind } from '../kinds.ts'
import { type Up, up } from '../up.ts'
import { atOnce, percentile, print, useOf } from './measure.ts'
import { nodes, width } from './propagate.ts'
import { connect, watch } from './sightings.ts'
import { deployment } from './workload.ts'

export interface PoliciesOptions {
  readonly n: number
  readonly members: number
}

const mark = 'bench.flotilla.dev/mark'
const key = { namespace: 'default', name: 'everything' }

const placed = (clusterNames: readonly string[]) => ({ placement: { clusterAffinity: { clusterNames } } })

const policy = (clusters: readonly string[]): PropagationPolicy => ({
  apiVersion: propagationPolicyKind.apiVersion,
  kind: propagationPolicyKind.kind,
  metadata: key,
  spec: { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }], ...placed(clusters) },
})

/** Adds an annotation, which changes every object and starts no pod. */
const marking = (value: string): OverridePolicy => ({
  apiVersion: overridePolicyKind.apiVersion,
  kind: overridePolicyKind.kind,
  metadata: key,
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    overrideRules: [{ overriders: { annotationsOverrider: [{ operator: 'add', value: { [mark]: value } }] } }],
  },
})

const annotated =
  (name: string, value: string) =>
  ({ metadata: { annotations = {} } }: Manifest): boolean =>
    annotations[name] === value

const isSuspended = ({ spec }: Manifest): boolean =>
  (spec as { suspendDispatching?: boolean }).suspendDispatching === true

const patch = <T>(client: Client, kind: Kind<T>, spec: object) =>
  client.patch(kind, key, { type: 'merge', body: { spec } })

/** One change of a policy, and how it is seen in the end on each object it is about. */
interface Change {
  readonly title: string
  readonly make: (client: Client) => Promise<unknown>
  /** Where it is looked for: in the members, or in their Works. */
  readonly seen: (object: Manifest) => boolean
  readonly inWorks?: boolean
}

const changes: readonly Change[] = [
  {
    title: 'conflicts are resolved otherwise',
    make: (client) => patch(client, propagationPolicyKind, { conflictResolution: 'Overwrite' }),
    seen: annotated(annotation.conflictResolution, 'overwrite'),
  },
  {
    title: 'an override policy comes',
    make: (client) => client.create(overridePolicyKind, marking('one')),
    seen: annotated(mark, 'one'),
  },
  {
    title: 'it says something else',
    make: (client) => patch(client, overridePolicyKind, marking('two').spec),
    seen: annotated(mark, 'two'),
  },
  {
    title: 'dispatching is suspended',
    make: (client) => patch(client, propagationPolicyKind, { suspension: { dispatching: true } }),
    seen: isSuspended,
    inWorks: true,
  },
]

/** The same edit made by hand on so many objects that nobody propagates. */
async function floor(names: readonly string[]): Promise<number> {
  const bare = await up({ members: 0 })
  try {
    const client = await connect(bare, 'flotilla')
    await atOnce(width, names, (name) => client.create(deploymentKind, deployment(name, false)))
    const start = performance.now()
    await atOnce(width, names, (name) =>
      client.patch(
        deploymentKind,
        { namespace: 'default', name },
        { type: 'merge', body: { metadata: { annotations: { [mark]: 'one' } } } },
      ),
    )
    return (performance.now() - start) / 1000
  } finally {
    await bare.stop()
  }
}

interface Timing {
  readonly seconds: number
  readonly cpu: number
}

async function timed(flotilla: Up, run: () => Promise<unknown>): Promise<Timing> {
  const before = useOf(flotilla.pid).cpu
  const start = performance.now()
  await run()
  return { seconds: (performance.now() - start) / 1000, cpu: useOf(flotilla.pid).cpu - before }
}

/** Prints how long it takes until one change of a policy has reached every object it is about. */
export async function policies({ n, members }: PoliciesOptions): Promise<void> {
  const names = Array.from({ length: n }, (_, index) => `bulk-${index}`)
  const lowest = await floor(names)
  const flotilla = await up({ members, args: ['--nodes', String(nodes(n, 0))] })
  try {
    const clusters = Array.from({ length: members }, (_, index) => `member${index + 1}`)
    const client = await connect(flotilla, 'flotilla')
    const there = await Promise.all(clusters.map((name) => connect(flotilla, name)))

    /** Does something, and waits until every object it is about has been seen to be so. */
    const applied = async (
      run: () => Promise<unknown>,
      { seen, inWorks = false }: Pick<Change, 'seen' | 'inWorks'>,
    ) => {
      const watching = new AbortController()
      const { signal } = watching
      const places = inWorks
        ? [await watch(client, workKind as Kind, seen, signal, ({ metadata }) => keyText(metadata))]
        : await Promise.all(there.map((member) => watch(member, deploymentKind, seen, signal)))
      const timing = await timed(flotilla, async () => {
        await run()
        await Promise.all(places.map((place) => place.count((n * members) / places.length)))
      })
      watching.abort()
      return timing
    }

    const made = await applied(
      async () => {
        await client.create(propagationPolicyKind, policy(clusters))
        await atOnce(width, names, (name) => client.create(deploymentKind, deployment(name, false)))
      },
      { seen: ({ status }) => (status as { readyReplicas?: number } | undefined)?.readyReplicas === 1 },
    )
    const timings: (Timing & { readonly title: string })[] = []
    for (const change of changes) {
      const timing = await applied(() => change.make(client), change)
      timings.push({ title: change.title, ...timing })
    }
    print({
      [`one policy about ${n} Deployments, ${members} members`]: '',
      'all made and running in': `${made.seconds.toFixed(2)} s, CPU ${made.cpu.toFixed(2)} s`,
      ...Object.fromEntries(
        timings.map(({ title, seconds, cpu }) => [
          title,
          `${seconds.toFixed(2)} s, CPU ${cpu.toFixed(2)} s, ${(seconds / lowest).toFixed(1)} times the floor`,
        ]),
      ),
      median: `${percentile(
        timings.map(({ seconds }) => seconds),
        0.5,
      ).toFixed(2)} s`,
      'floor: the same edit by hand, of templates only': `${lowest.toFixed(2)} s`,
      'peak RSS of the process': `${useOf(flotilla.pid).peak.toFixed(0)} MiB`,
    })
  } finally {
    await flotilla.stop()
  }
}
