import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  clusterKind,
  clusterOfNamespace,
  type Kind,
  keyOf,
  type Manifest,
  multiClusterServiceKind,
  serviceExportV1beta1Kind,
  serviceKind,
  withField,
} from '@flotilla/sdk'
import fc from 'fast-check'
import { happenings } from './commands.ts'
import { change, join, overrideKindOf, policyKindOf } from './hands.ts'
import { look, shelfOf } from './look.ts'
import { Model } from './model.ts'
import { settle } from './settle.ts'
import { carriedAt, shop } from './shop.ts'
import { clusters, namespaceKind, ourKeys, templateKinds } from './universe.ts'
import { createWorld, type Site, type World } from './world.ts'

/** Gives a fleet all its clusters, and looks whether it is as empty as it should be. */
async function begin(world: World): Promise<Model> {
  const model = new Model()
  for (const [index, name] of clusters.entries()) {
    const zone = index === 0 ? 'north' : 'south'
    const isThere = (await world.client.get(clusterKind, { name })) !== undefined
    if (isThere) await change(world.client, name, (found) => withField(found, ['metadata', 'labels'], { zone }))
    else await join(world.client, name, zone)
    model.clusters.set(name, { zone, isCordoned: false })
  }
  await settle(model, world)
  return model
}

const versionIn = ({ metadata }: Manifest): number => Number(metadata.resourceVersion)

/** Nobody writes while there is nothing to do. What comes late has had its time: what clusters say of themselves, and who waits for a member
 * that does not answer. Warnings may be repeated: there are few of them. */
async function assertIdle(model: Model, world: World, milliseconds: number): Promise<void> {
  await settle(model, world, { quiet: 2_500 })
  const before = await world.versions()
  await sleep(milliseconds)
  if ((await world.versions()) === before) return
  const [version, ...members] = before.split(' ')
  const { policies, bindings, works, clusters, namespaces, templates } = await look(world)
  const all = [...policies, ...bindings, ...works, ...clusters, ...namespaces, ...templates.values()]
  const written = all.filter((each) => versionIn(each) > Number(version)).map((each) => JSON.stringify(each))
  const [, ...membersNow] = (await world.versions()).split(' ')
  assert.deepEqual([written, membersNow], [[], members], 'something is written while there is nothing to do')
}

/** What a member still holds that bears a mark of ours: of its namespaces, which stay, and of all else. */
async function marked({ client }: Site, { hasMeddled }: Model): Promise<readonly Manifest[]> {
  const homes = hasMeddled ? [] : (await client.list(namespaceKind)).items
  const all = [...homes, ...(await shelfOf(client)).values()]
  return all.filter(({ metadata }) => ourKeys(metadata.labels).length + ourKeys(metadata.annotations).length > 0)
}

/** Takes all back that was said of Services across clusters. Endpoints are their clusters' own, and stay. */
async function closeShop({ shop: { multi, own, carried } }: Model, { client, site }: World): Promise<void> {
  const at = (name: string) => ({ namespace: shop, name })
  const deletions = [
    ...[...multi.keys()].flatMap((name) => [multiClusterServiceKind, serviceKind].map((kind) => client.delete(kind as Kind<Manifest>, at(name)))), // biome-ignore format: one call
    ...[...own].flatMap(([name, exporters]) => [...exporters].map((each) => site(each).client.delete(serviceExportV1beta1Kind, at(name)))), // biome-ignore format: one call
    ...[...carried].flatMap(([name, said]) => carriedAt(name, said).map(([kind, object]) => client.delete(kind, keyOf(object)))), // biome-ignore format: one call
  ]
  await Promise.all(deletions)
}

/** Deletes all that users made, at once, and looks whether anything is left. */
async function end(model: Model, world: World): Promise<void> {
  const { client } = world
  for (const site of world.sites) site.mend()
  await Promise.all([
    ...[...model.templates.values()].map(({ place: { kind, namespace, name } }) =>
      client.delete(templateKinds[kind], { ...(namespace && { namespace }), name }),
    ),
    ...[...model.policies.values()].map(({ namespace, name }) =>
      client.delete(policyKindOf(namespace), { ...(namespace && { namespace }), name }),
    ),
    ...[...model.overrides.values()].map(({ namespace, name }) =>
      client.delete(overrideKindOf(namespace), { ...(namespace && { namespace }), name }),
    ),
  ])
  await closeShop(model, world)
  model.templates.clear()
  model.policies.clear()
  model.overrides.clear()
  model.shop.clear()
  await settle(model, world)
  await Promise.all([...model.clusters.keys()].map((name) => client.delete(clusterKind, { name })))
  model.clusters.clear()
  await settle(model, world)
  const { bindings, works, clusters, namespaces, shop: left } = await look(world)
  const spaces = namespaces.filter(({ metadata }) => clusterOfNamespace(metadata.name) !== undefined)
  assert.deepEqual([...bindings, ...works, ...clusters, ...spaces, ...left.bindings, ...left.works], [])
  for (const site of world.sites.filter(({ name }) => !model.abandoned.has(name)))
    assert.deepEqual(await marked(site, model), [], `${site.name} is not let go of`)
}

export interface LifeOptions {
  /** The fleet of one life; by default one in this process. */
  readonly start?: () => Promise<World>
  /** What may happen; by default all. */
  readonly steps?: typeof happenings
  readonly seed: number
  /** How many lives; each is another list of what happens. */
  readonly runs: number
  /** What happens in one life at most. */
  readonly commands?: number
  /** Milliseconds without a write at the end of each. */
  readonly idle?: number
  /** Milliseconds after which no further life begins, and a failure is not made shorter any more. */
  readonly limit?: number
  /** Of a life that failed: its path among those of the seed. */
  readonly path?: string
  /** Whether a life that failed is made shorter. */
  readonly shrinks?: boolean
}

/** Lives that go as they may. Throws the shortest found that ends wrong. */
export async function live({
  start = () => createWorld(clusters),
  steps = happenings,
  seed,
  runs,
  commands = 40,
  idle = 1_000,
  limit,
  path,
  shrinks = true,
}: LifeOptions): Promise<void> {
  const life = fc.asyncProperty(fc.commands([...steps], { maxCommands: commands, size: 'max' }), async (happening) => {
    const world = await start()
    try {
      const model = await begin(world)
      await fc.asyncModelRun(() => ({ model, real: world }), happening)
      await settle(model, world)
      await assertIdle(model, world, idle)
      await end(model, world)
    } finally {
      await world[Symbol.asyncDispose]()
    }
  })
  await fc.assert(life, {
    seed,
    numRuns: runs,
    endOnFailure: !shrinks,
    ...(path !== undefined && { path }),
    ...(limit !== undefined && { interruptAfterTimeLimit: limit }),
  })
}
