import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Client,
  clusterKind,
  isAlreadyExists,
  isNotFound,
  keyOf,
  label,
  type Manifest,
  resourceBindingKind,
  type Taint,
  taintKey,
  workKind,
} from '@flotilla/sdk'
import fc from 'fast-check'
import { type Command, command } from './command.ts'
import { change, ensureNamespace, join, overrideKindOf, policyKindOf, put } from './hands.ts'
import { shelfOf } from './look.ts'
import { ruleText } from './model.ts'
import { settle } from './settle.ts'
import { trading } from './shop-commands.ts'
import {
  apps,
  clusters,
  kindNames,
  names,
  namespaceKind,
  namespaces,
  type OverrideSaid,
  overrideSpec,
  type Place,
  type PolicySaid,
  placeOf,
  policySpec,
  template,
  templateKinds,
  textOf,
  zones,
} from './universe.ts'

/** Some kinds more often than others, so that their objects meet their policies. */
const anyKind = fc.constantFrom(...kindNames, 'Deployment' as const, 'Deployment' as const, 'ConfigMap' as const)

const place: fc.Arbitrary<Place> = fc
  .tuple(anyKind, fc.constantFrom(...namespaces), fc.constantFrom(...names))
  .map(([kind, namespace, name]) => placeOf(kind, namespace, name))

const crd = placeOf('CustomResourceDefinition', '', '')

const putTemplate = fc
  .record({ place, app: fc.constantFrom(...apps), replicas: fc.integer({ min: 0, max: 4 }) })
  .map(({ place, app, replicas }) =>
    command({
      words: `apply ${textOf(place)} app=${app} replicas=${replicas}`,
      check: ({ templates }) => place.kind !== 'Widget' || templates.has(textOf(crd)),
      async run(model, { client }) {
        const said = { app, replicas, revision: model.next() }
        await put(client, templateKinds[place.kind], template(place, said))
        const isNew = !model.templates.has(textOf(place))
        model.templates.set(textOf(place), {
          place,
          said,
          isNew: isNew || (model.templates.get(textOf(place))?.isNew ?? false),
        })
      },
    }),
  )

const deleteTemplate = place.map((place) =>
  command({
    words: `delete ${textOf(place)}`,
    check: ({ templates }) => templates.has(textOf(place)),
    async run(model, { client }) {
      const { namespace, name } = place
      await client.delete(templateKinds[place.kind], { ...(namespace && { namespace }), name })
      model.templates.delete(textOf(place))
      if (place.kind !== 'CustomResourceDefinition') return
      for (const [text, each] of model.templates) if (each.place.kind === 'Widget') model.templates.delete(text)
    },
  }),
)

const clusterScoped = new Set(['ClusterRole', 'CustomResourceDefinition'])

/** What is cluster-scoped is named: there is more of it than is the universe's. */
const selector = fc
  .record({
    kind: anyKind,
    by: fc.constantFrom('name' as const, 'label' as const, 'all' as const, 'all' as const),
    name: fc.constantFrom(...names),
    app: fc.constantFrom(...apps),
  })
  .map((said) => (clusterScoped.has(said.kind) ? { ...said, by: 'name' as const } : said))

const seldom = fc.integer({ min: 0, max: 5 }).map((number) => number === 5)

const policySaid: fc.Arbitrary<PolicySaid> = fc.record({
  selectors: fc.array(selector, { minLength: 1, maxLength: 6, size: 'max' }),
  where: fc.record({
    by: fc.constantFrom('all' as const, 'names' as const, 'zone' as const),
    names: fc.subarray([...clusters], { minLength: 1 }),
    zone: fc.constantFrom(...zones),
  }),
  how: fc.constantFrom('unsaid' as const, 'duplicated' as const, 'weighted' as const, 'aggregated' as const),
  priority: fc.integer({ min: 0, max: 2 }),
  preempts: fc.boolean(),
  dependencies: fc.boolean(),
  isLazy: seldom,
  isSuspended: seldom,
  preserves: seldom,
  overwrites: seldom,
})

/** Of a namespace, or of all. */
const scope = fc.constantFrom(...namespaces, undefined)

const policyWords = ({ selectors, where, how, ...rest }: PolicySaid): string => {
  const what = selectors.map(
    ({ kind, by, name, app }) => `${kind}${by === 'name' ? `/${name}` : by === 'label' ? `:${app}` : ''}`,
  )
  const to = where.by === 'all' ? 'everywhere' : where.by === 'names' ? where.names.join('+') : where.zone
  const flags = Object.entries(rest).flatMap(([key, value]) =>
    value === true ? [key] : value === false ? [] : [`${key}=${value}`],
  )
  return `${what.join(' ')} -> ${to} ${how} ${flags.join(' ')}`
}

const putPolicy = fc
  .record({ namespace: scope, name: fc.constantFrom(...names), said: policySaid })
  .map(({ namespace, name, said: { selectors, ...said } }) => {
    const near = selectors.filter(({ kind }) => !namespace || !clusterScoped.has(kind))
    const own = said.preempts ? near.map((each) => ({ ...each, by: 'name' as const })) : near // so admission wants it
    const policy = { name: namespace ? `p${name}` : `c${name}`, said: { ...said, selectors: own } }
    const key = { ...(namespace && { namespace }), name: policy.name }
    return command({
      words: `policy ${ruleText(key)} ${policyWords(policy.said)}`,
      check: () => own.length > 0,
      async run(model, { client }) {
        const kind = policyKindOf(namespace)
        const { apiVersion, kind: name } = kind
        await put(client, kind, { apiVersion, kind: name, metadata: key, spec: policySpec(policy.said, namespace) })
        model.policies.set(ruleText(key), { ...key, said: policy.said })
        model.isUnruly = true
        model.mayOverwrite ||= said.overwrites
      },
    })
  })

const deletePolicy = fc
  .record({ namespace: scope, name: fc.constantFrom(...names) })
  .map(({ namespace, name: own }) => {
    const key = { ...(namespace && { namespace }), name: namespace ? `p${own}` : `c${own}` }
    return command({
      words: `delete policy ${ruleText(key)}`,
      check: ({ policies }) => policies.has(ruleText(key)),
      async run(model, { client }) {
        await client.delete(policyKindOf(namespace), key)
        model.policies.delete(ruleText(key))
        model.isUnruly = true
      },
    })
  })

const overrideSaid: fc.Arbitrary<OverrideSaid> = fc.record({
  kind: fc.constantFrom(...kindNames.filter((kind) => kind !== 'CustomResourceDefinition')),
  clusters: fc.subarray([...clusters], { minLength: 1 }),
  value: fc.constantFrom('v1', 'v2'),
  images: fc.boolean(),
})

const putOverride = fc.record({ namespace: scope, said: overrideSaid }).map(({ namespace, said }) => {
  const key = { ...(namespace && { namespace }), name: namespace ? `o-${namespace}` : 'o-all' }
  const own = { ...said, images: said.images && said.kind === 'Deployment' }
  return command({
    words: `override ${ruleText(key)} ${said.kind} in ${said.clusters} ${said.value}${own.images ? ' image' : ''}`,
    check: () => !namespace || !clusterScoped.has(said.kind),
    async run(model, { client }) {
      const { apiVersion, kind } = overrideKindOf(namespace)
      const spec = overrideSpec(`over-${key.name}`, own)
      await put(client, overrideKindOf(namespace), { apiVersion, kind, metadata: key, spec })
      model.overrides.set(ruleText(key), { ...key, said: own })
    },
  })
})

const deleteOverride = scope.map((namespace) => {
  const key = { ...(namespace && { namespace }), name: namespace ? `o-${namespace}` : 'o-all' }
  return command({
    words: `delete override ${ruleText(key)}`,
    check: ({ overrides }) => overrides.has(ruleText(key)),
    async run(model, { client }) {
      await client.delete(overrideKindOf(namespace), key)
      model.overrides.delete(ruleText(key))
    },
  })
})

const deleteNamespace = fc.constantFrom(...namespaces).map((name) =>
  command({
    words: `delete namespace ${name}`,
    check: ({ templates }) => [...templates.values()].some(({ place }) => place.namespace === name),
    async run(model, { client }) {
      await client.delete(namespaceKind, { name })
      model.empty(name)
      model.isUnruly = true
    },
  }),
)

const cluster = fc.constantFrom(...clusters)

const zoneOf = fc.record({ name: cluster, zone: fc.constantFrom(...zones) }).map(({ name, zone }) =>
  command({
    words: `label cluster ${name} zone=${zone}`,
    check: (model) => model.clusters.has(name),
    async run(model, { client }) {
      await client.patch(clusterKind, { name }, { type: 'merge', body: { metadata: { labels: { zone } } } })
      model.clusters.set(name, { isCordoned: false, ...model.clusters.get(name), zone })
    },
  }),
)

const isCordon = ({ key }: Taint): boolean => key === taintKey.unschedulable

const cordon = fc.record({ name: cluster, isCordoned: fc.boolean() }).map(({ name, isCordoned }) =>
  command({
    words: `${isCordoned ? 'cordon' : 'uncordon'} ${name}`,
    check: ({ clusters }) => clusters.has(name) && clusters.get(name)?.isCordoned !== isCordoned,
    async run(model, { client }) {
      await change(client, name, (found) => {
        const others = (found.spec.taints ?? []).filter((taint) => !isCordon(taint))
        const taints: readonly Taint[] = isCordoned
          ? [...others, { key: taintKey.unschedulable, effect: 'NoSchedule' }]
          : others
        return { ...found, spec: { ...found.spec, taints } }
      })
      model.clusters.set(name, { zone: 'north', ...model.clusters.get(name), isCordoned })
    },
  }),
)

const leave = cluster.map((name) =>
  command({
    words: `delete cluster ${name}`,
    check: ({ clusters }) => clusters.has(name),
    async run(model, world) {
      if (!world.site(name).isUp) model.abandoned.add(name)
      await world.client.delete(clusterKind, { name })
      model.clusters.delete(name)
    },
  }),
)

const comeBack = cluster.map((name) =>
  command({
    words: `join ${name}`,
    check: ({ clusters }) => !clusters.has(name),
    async run(model, world) {
      world.site(name).mend()
      await join(world.client, name, 'north')
      model.clusters.set(name, { zone: 'north', isCordoned: false })
    },
  }),
)

const cut = cluster.map((name) =>
  command({
    words: `cut ${name}`,
    check: ({ clusters }) => clusters.has(name),
    run: async (_, world) => world.site(name).cut(),
  }),
)

const mend = cluster.map((name) => command({ words: `mend ${name}`, run: async (_, world) => world.site(name).mend() }))

const pick = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(1, items.length)]

const ignoring = async (what: Promise<unknown>, ...are: readonly ((error: unknown) => boolean)[]): Promise<void> => {
  await what.catch((error) => {
    if (!are.some((is) => is(error))) throw error
  })
}

async function managedIn(client: Client, index: number): Promise<Manifest | undefined> {
  const managed = [...(await shelfOf(client)).values()].filter(
    ({ metadata }) => metadata.labels?.[label.managed] === 'true',
  )
  return pick(managed, index)
}

const kindOf = ({ kind }: Manifest) => templateKinds[kind as keyof typeof templateKinds]

const tampered = { app: 'tampered' }

/** What members' own users do to what was brought there. */
const mischief: Readonly<Record<string, object>> = {
  edit: { metadata: { labels: tampered, annotations: { revision: 'tampered' } } },
  unmark: { metadata: { labels: { [label.managed]: null } } },
}

const tamper = fc
  .record({ name: cluster, index: fc.nat(20), how: fc.constantFrom('edit', 'unmark', 'delete') })
  .map(({ name, index, how }) =>
    command({
      words: `${how} object ${index} in ${name}`,
      async run(_, world) {
        const { client } = world.site(name)
        const found = await managedIn(client, index)
        if (!found) return
        const kind = kindOf(found)
        const body = mischief[how]
        if (!body) await client.delete(kind, keyOf(found))
        else await ignoring(client.patch(kind, keyOf(found), { type: 'merge', body }), isNotFound)
      },
    }),
  )

const nativeKinds = ['ConfigMap', 'Secret', 'ServiceAccount', 'Deployment', 'ClusterRole'] as const

const settleDown = fc
  .record({
    cluster,
    kind: fc.constantFrom(...nativeKinds),
    namespace: fc.constantFrom(...namespaces),
    name: fc.constantFrom(...names),
  })
  .map(({ cluster, kind, namespace, name }) => {
    const place = placeOf(kind, namespace, name)
    return command({
      words: `${cluster} makes its own ${textOf(place)}`,
      async run(model, world) {
        const { client } = world.site(cluster)
        if (place.namespace) await ensureNamespace(client, place.namespace)
        const manifest = template(place, { app: 'native', replicas: 1, revision: 0 })
        const making = client.create(templateKinds[kind], manifest).then(({ metadata }) => {
          if (metadata.uid) model.natives.set(`${cluster}|${textOf(place)}`, metadata.uid)
        })
        await ignoring(making, isAlreadyExists)
      },
    })
  })

const byHand = fc.record({ what: fc.constantFrom('Work', 'binding'), index: fc.nat(20) }).map(({ what, index }) =>
  command({
    words: `delete ${what} ${index}`,
    async run(model, { client }) {
      model.hasMeddled ||= what === 'Work'
      const kind = what === 'Work' ? workKind : resourceBindingKind
      const found = pick<Manifest>((await client.list<Manifest>(kind as typeof workKind)).items, index)
      if (found) await client.delete(kind as typeof workKind, keyOf(found))
    },
  }),
)

const restart = fc.constant(command({ words: 'restart', run: (_, world) => world.restart() }))

const pause = fc.integer({ min: 1, max: 200 }).map((ms) => command({ words: `wait ${ms} ms`, run: () => sleep(ms) }))

const rest = fc.constant(command({ words: 'rest', run: (model, world) => settle(model, world) }))

const often = <T>(count: number, arbitrary: fc.Arbitrary<T>) => Array.from({ length: count }, () => arbitrary)

/** What happens whatever the fleet is made of; what happens often more than once. */
export const everywhere: readonly fc.Arbitrary<Command>[] = [
  ...often(14, putTemplate),
  ...often(5, deleteTemplate),
  ...often(9, putPolicy),
  ...often(4, deletePolicy),
  ...often(3, putOverride),
  ...often(2, deleteOverride),
  ...often(2, zoneOf),
  ...often(2, cordon),
  ...often(3, tamper),
  ...often(2, settleDown),
  ...often(2, byHand),
  deleteNamespace,
  restart,
  ...often(3, pause),
  ...often(2, rest),
]

/** All that may happen. */
export const happenings: readonly fc.Arbitrary<Command>[] = [
  ...everywhere,
  leave,
  ...often(2, comeBack),
  cut,
  ...often(3, mend),
]

/** What happens to a fleet whose process is killed now and then. */
export const killings: readonly fc.Arbitrary<Command>[] = [...everywhere, ...often(4, restart)]

/** What happens to a fleet with Services across clusters, and what happens to its clusters meanwhile. */
export const tradings: readonly fc.Arbitrary<Command>[] = [
  ...trading,
  ...often(2, cordon),
  leave,
  ...often(2, comeBack),
  ...often(2, cut),
  ...often(4, mend),
  restart,
  ...often(2, pause),
  ...often(3, rest),
]
