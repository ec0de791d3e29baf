import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { shardOf } from '@flotilla/kube'
import { type Binding, clusterOfNamespace, type Kind, type Manifest, resourceBindingKind } from '@flotilla/sdk'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually } from '../kubectl.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster, type Write } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { type Serve, serve } from './serve.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

const shards = 4
const count = 150
/** Longer than by default: what else the machine does must not look like the end of a replica. */
const lease = 20_000
const namespace = 'default'
const names = Array.from({ length: count }, (_, index) => `web-${index}`)

const deploymentKind: Kind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
}

const policyKind: Kind = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  plural: 'propagationpolicies',
  scope: 'Namespaced',
}

const leaseKind: Kind<{ readonly spec?: { readonly leaseTransitions?: number } }> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
}

const everywhere = {
  apiVersion: policyKind.apiVersion,
  kind: policyKind.kind,
  metadata: { namespace, name: 'all' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    placement: { clusterAffinity: {} },
  },
}

/** No pods, as nobody would run them. */
const template = (name: string): Manifest => ({ ...deployment(name, 0), metadata: { namespace, name } })

const isOfRound = (metadata: Manifest['metadata'], round: number) => metadata.labels?.round === String(round)

/** How many shards a replica works on; none when it is gone. */
async function heldBy({ health }: Serve): Promise<number> {
  const metrics = await fetch(`${health}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  )
  return Number(/^flotilla_shards_held (\d+)$/m.exec(metrics)?.[1] ?? 0)
}

/** How often `who` changes along the way. */
const changes = (who: readonly string[]): number =>
  who.filter((each, index) => index > 0 && each !== who[index - 1]).length

function grouped(writes: readonly Write[], by: (write: Write) => string | undefined): ReadonlyMap<string, Write[]> {
  const groups = new Map<string, Write[]>()
  for (const write of writes) {
    const group = by(write)
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), write])
  }
  return groups
}

const nameOf = ({ objectRef, responseObject }: Write): string => objectRef.name ?? responseObject?.metadata.name ?? ''

describe('replicas that share the work', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  let host: RealCluster
  let members: readonly RealCluster[]
  const replicas: Serve[] = []

  before(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'flotilla-shards-'))
    const etcd = open.use(await startEtcd(dir))
    const audited = ['works', 'works/status', 'resourcebindings', 'resourcebindings/status']
    const [control, ...others] = await Promise.all([
      startCluster({ name: 'host', etcd, dir, host: true, audited }),
      ...['one', 'two'].map((name) => startCluster({ name, etcd, dir })),
    ])
    host = open.use(control)
    members = others.map((member) => open.use(member))
    open.defer(async () => {
      for (const replica of replicas) await replica.stop('SIGKILL').catch(() => undefined)
    })
    // one after the other: the API server asks the last one, which lives on; elsewhere it asks a Service
    for (let each = 0; each < 3; each++)
      replicas.push(await serve(host.kubeconfig, '--shards', String(shards), '--lease-duration', `${lease / 1000}s`))
    for (const { name, kubeconfig } of members) {
      const { code, err } = await flotilla(
        'join',
        name,
        '--kubeconfig',
        host.kubeconfig,
        '--cluster-kubeconfig',
        kubeconfig,
      )
      assert.equal(code, 0, err)
    }
  })
  after(() => open.disposeAsync())

  const held = (of: readonly Serve[]) => Promise.all(of.map(heldBy))

  /** Until these replicas work on all shards, and none on more than its share; the milliseconds it took. */
  async function untilShared(of: readonly Serve[], timeout: number): Promise<number> {
    const begun = performance.now()
    await eventually(async () => {
      const each = await held(of)
      assert.equal(
        each.reduce((all, shards) => all + shards),
        shards,
        `${each}`,
      )
      assert.ok(Math.max(...each) <= Math.ceil(shards / of.length), `${each}`)
    }, timeout)
    return performance.now() - begun
  }

  const create = async (some: readonly string[]) => {
    await Promise.all(some.map((name) => host.client.create(deploymentKind, template(name))))
  }

  /** Every template says something new. */
  const edit = async (some: readonly string[], round: number) => {
    const body = { metadata: { labels: { round: String(round) } } }
    await Promise.all(
      some.map((name) => host.client.patch(deploymentKind, { namespace, name }, { type: 'merge', body })),
    )
  }

  /** Until every member has every template, as it was written last. */
  const untilEverywhere = (some: readonly string[], round: number, timeout: number) =>
    eventually(async () => {
      for (const { client, name: member } of members) {
        const { items } = await client.list(deploymentKind, { namespace })
        const there = new Set(
          items.filter(({ metadata }) => isOfRound(metadata, round)).map(({ metadata }) => metadata.name),
        )
        const missing = some.filter((name) => !there.has(name))
        assert.equal(missing.length, 0, `${member} lacks ${missing.length} of ${some.length}: ${missing.slice(0, 5)}`)
      }
    }, timeout)

  test('each has its share', async () => {
    await untilShared(replicas, 30_000)
  })

  test('one is killed and one is told to end while users work: nothing is missed', async () => {
    const [killed, ended, last] = replicas as [Serve, Serve, Serve]
    await host.client.create(policyKind, everywhere)
    for (let at = 0; at < 90; at += 15) {
      await create(names.slice(at, at + 15))
      await sleep(100)
    }
    await killed.stop('SIGKILL')
    const moved = untilShared([ended, last], 2 * lease)
    await create(names.slice(90, 120))
    await edit(names.slice(0, 60), 1)
    const took = await moved
    assert.ok(took < 1.5 * lease, `the shards of who was killed moved after ${Math.round(took)} ms`)

    await create(names.slice(120))
    await edit(names, 2)
    const stopping = ended.stop('SIGTERM')
    await edit(names.slice(30, 90), 3)
    const given = await untilShared([last], 2 * lease)
    assert.ok(given < lease, `shards that were given back moved after ${Math.round(given)} ms`)
    assert.equal(await stopping, 0)
    await edit(names, 4)
    await untilEverywhere(names, 4, 90_000)
  })

  test('every status comes back', async () => {
    await eventually(async () => {
      const { items } = await host.client.list(resourceBindingKind, { namespace })
      assert.equal(items.length, count)
      for (const { metadata, status } of items) {
        const good = status?.aggregatedStatus?.filter(({ applied, health }) => applied && health === 'Healthy') ?? []
        assert.equal(good.length, members.length, `${metadata.name}: ${JSON.stringify(status?.aggregatedStatus)}`)
      }
      const templates = await host.client.list(deploymentKind, { namespace })
      for (const { metadata, status } of templates.items)
        assert.equal((status as { observedGeneration?: number }).observedGeneration, metadata.generation, metadata.name)
    }, 60_000)
  })

  test('every binding was scheduled once', () => {
    const scheduled = host
      .writes()
      .filter(
        ({ objectRef, requestObject, verb }) =>
          objectRef.resource === 'resourcebindings' &&
          verb === 'patch' &&
          (requestObject as Binding | undefined)?.spec?.clusters !== undefined,
      )
    const times = grouped(scheduled, nameOf)
    assert.ok(times.size > count - 32, 'all but what was under way when a replica was killed, which nobody answered')
    assert.deepEqual(
      [...times].filter(([, writes]) => writes.length > 1).map(([name]) => name),
      [],
    )
  })

  test('no Work was written twice for the same', () => {
    const written = host
      .writes()
      .filter(({ objectRef, verb }) => objectRef.resource === 'works' && !objectRef.subresource && verb !== 'delete')
      .filter(({ responseObject }) => responseObject?.metadata.labels?.['resourcebinding.karmada.io/permanent-id'])
    const specs = grouped(written, (write) => `${write.objectRef.namespace}/${nameOf(write)}@${write.responseObject?.metadata.generation}`) // biome-ignore format: one name
    const twice = [...specs].filter(([, writes]) => writes.filter(({ verb }) => verb !== 'patch').length > 1)
    assert.deepEqual(
      twice.map(([name]) => name),
      [],
    )
  })

  test('who had lost a shard wrote nothing of it any more', async () => {
    const isOurs = ({ userAgent }: Write) => userAgent.startsWith('flotilla/')
    const byShard = grouped(host.writes().filter(isOurs), (write) => {
      const { resource, namespace, subresource } = write.objectRef
      if (resource === 'resourcebindings') return String(shardOf(`${namespace}/${nameOf(write)}`, shards))
      const cluster = subresource === 'status' ? clusterOfNamespace(namespace) : undefined
      return cluster === undefined ? undefined : String(shardOf(cluster, shards))
    })
    assert.equal(byShard.size, shards)
    for (const [shard, of] of byShard) {
      const key = { namespace: 'karmada-system', name: `flotilla-shard-${shard}` }
      const { leaseTransitions = 0 } = (await host.client.get(leaseKind, key))?.spec ?? {}
      const turns = changes(of.map(({ userAgent }) => userAgent))
      assert.ok(
        turns <= leaseTransitions,
        `shard ${shard} changed hands ${leaseTransitions} times, its writer ${turns}`,
      )
      assert.ok(of.length > 10, shard)
    }
  })
})
