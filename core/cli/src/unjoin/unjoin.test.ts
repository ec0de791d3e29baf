import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { type ApiServer, createApiServer, inProcessTransport, memoryStorage } from '@flotilla/apiserver'
import { createClient } from '@flotilla/kube'
import { type Client, type Cluster, clusterKind, crds, type Log, workKind } from '@flotilla/sdk'
import type { End } from '../join/ends.ts'
import { clusterRoleBindingKind, namespaceKind, namespaceOf, secretKind, serviceAccountKind } from '../join/kinds.ts'
import type { Progress } from '../output/progress.ts'
import { type UnjoinOptions, unjoin } from './unjoin.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log }
const servers: ApiServer[] = []
after(() => Promise.all(servers.map((server) => server.close())))

async function startServer(name: string): Promise<Client> {
  const server = await createApiServer({ name, storage: memoryStorage(), crds, log })
  servers.push(server)
  return createClient(inProcessTransport(server, { name: 'admin', groups: ['system:masters'] }))
}

const end = (client: Client, server: string): End => ({ client, identity: { server } })

const idOf = async (client: Client): Promise<string> =>
  (await client.get(namespaceKind, { name: 'kube-system' }))?.metadata.uid ?? ''

const unreachable = (client: Client): Client => ({
  ...client,
  get: () => Promise.reject(new Error('it is not there')),
})

let control: Client
let member: Client

const usual: UnjoinOptions = {
  name: 'paris',
  namespace: 'karmada-cluster',
  removeWorkloads: false,
  force: false,
  wait: 1000,
  dryRun: false,
}

/** Unjoins, and gives the lines that were said. */
async function run(options: Partial<UnjoinOptions> = {}, at: Client | 'none' = member): Promise<readonly string[]> {
  const lines: string[] = []
  const progress: Progress = {
    async step(title, step) {
      let state = ''
      const result = await step((next) => {
        state = next
      })
      lines.push(`${title} ${state}`.trimEnd())
      return result
    },
  }
  const ends = { control: end(control, 'https://control'), ...(at !== 'none' && { member: end(at, 'https://paris') }) }
  await unjoin(ends, { ...usual, ...options }, progress, AbortSignal.timeout(20_000))
  return lines
}

const there = (name = 'paris') => control.get(clusterKind, { name })

async function put(spec: Partial<Cluster['spec']> = {}, finalizers: readonly string[] = []): Promise<void> {
  const { apiVersion, kind } = clusterKind
  const secretRef = { namespace: 'karmada-cluster', name: 'paris' }
  const metadata = { name: 'paris', finalizers }
  await control.create(clusterKind, { apiVersion, kind, metadata, spec: { syncMode: 'Push', secretRef, ...spec } })
}

const account = (name: string) => ({ namespace: 'karmada-cluster', name })

async function makeAccess(name: string, role = `karmada-controller-manager:karmada-${name}`): Promise<void> {
  const metadata = account(`karmada-${name}`)
  await member.create(serviceAccountKind, { apiVersion: 'v1', kind: 'ServiceAccount', metadata })
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' }
  await member.create(clusterRoleBindingKind, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: role },
    roleRef,
  })
}

beforeEach(async () => {
  control = await startServer('control')
  member = await startServer('paris')
  await control.create(namespaceKind, namespaceOf('karmada-cluster'))
  await control.create(secretKind, { apiVersion: 'v1', kind: 'Secret', metadata: account('paris') })
  await member.create(namespaceKind, namespaceOf('karmada-cluster'))
  await makeAccess('paris')
})

test('a cluster goes, with its secret, and what was made in it', async () => {
  await makeAccess('impersonator', 'karmada-impersonator')
  await put({ id: await idOf(member) })
  assert.deepEqual(await run(), [
    'cluster reached https://paris',
    'control plane asked https://control',
    'cluster paris unjoined (it keeps what was propagated to it)',
    'access removed of service account karmada-cluster/karmada-paris',
  ])
  assert.equal(await there(), undefined)
  assert.equal(await control.get(secretKind, account('paris')), undefined)
  assert.equal(await member.get(serviceAccountKind, account('karmada-paris')), undefined)
  assert.deepEqual((await member.list(clusterRoleBindingKind)).items, [])
  const namespace = await member.get(namespaceKind, { name: 'karmada-cluster' })
  assert.ok(!namespace || namespace.metadata.deletionTimestamp)
})

test('what another control plane has in it stays', async () => {
  await put()
  await makeAccess('oslo')
  await makeAccess('impersonator', 'karmada-impersonator')
  await run()
  assert.ok(await member.get(serviceAccountKind, account('karmada-oslo')))
  assert.ok(await member.get(clusterRoleBindingKind, { name: 'karmada-impersonator' }))
  assert.equal((await member.get(namespaceKind, { name: 'karmada-cluster' }))?.metadata.deletionTimestamp, undefined)
})

describe('it hears what becomes of workloads', () => {
  const held = ['karmada.io/cluster-controller']
  const said = async () => (await there())?.metadata.annotations?.['cluster.flotilla.dev/workloads-on-deletion']

  test('before it goes: it keeps them', async () => {
    await put({}, held)
    await assert.rejects(run(), { code: 'CLUSTER_NOT_UNJOINED' })
    assert.equal(await said(), 'Keep')
  })
  test('or does not, when that is wanted', async () => {
    await put({}, held)
    await assert.rejects(run())
    await assert.rejects(run({ removeWorkloads: true }))
    assert.equal(await said(), undefined)
  })
})

describe('one that does not go', () => {
  const work = { apiVersion: workKind.apiVersion, kind: workKind.kind, spec: {} }

  beforeEach(async () => {
    await put({}, ['karmada.io/cluster-controller'])
    await control.create(namespaceKind, namespaceOf('karmada-es-paris'))
    const metadata = { namespace: 'karmada-es-paris', name: 'web-x', finalizers: ['karmada.io/execution-controller'] }
    await control.create(workKind, { ...work, metadata })
  })

  test('says what keeps it', async () => {
    await assert.rejects(run({ wait: 0 }), {
      code: 'CLUSTER_NOT_UNJOINED',
      message: /Works are left: karmada-es-paris\/web-x; wait longer with --wait, or give up on it with --force/,
    })
    assert.ok(await there())
    assert.ok(await member.get(serviceAccountKind, account('karmada-paris')))
  })
  test('is given up with --force', async () => {
    const lines = await run({ wait: 0, force: true })
    assert.match(lines[2] ?? '', /\(given up: Works are left: karmada-es-paris\/web-x; its member keeps what it has\)/)
    assert.equal(await there(), undefined)
    const namespace = await control.get(namespaceKind, { name: 'karmada-es-paris' })
    assert.ok(!namespace || namespace.metadata.deletionTimestamp)
    assert.deepEqual((await control.get(workKind, { namespace: 'karmada-es-paris', name: 'web-x' }))?.metadata.finalizers ?? [], []) // biome-ignore format: one assertion
  })
})

test('a member that cannot be reached holds nobody up with --force', async () => {
  await put()
  await assert.rejects(run({}, unreachable(member)), { message: /it is not there/ })
  assert.ok(await there())
  const lines = await run({ force: true }, unreachable(member))
  assert.deepEqual([lines[0], lines.length], ['cluster reached not: it is not there', 3])
  assert.equal(await there(), undefined)
})

test('what was left in the member is removed later', async () => {
  await put()
  await run({}, 'none').catch(() => undefined)
  assert.match((await run()).at(-1) ?? '', /access removed of service account/)
  assert.equal((await run()).at(-1), 'access removed (there was none)')
})

test('a dry run changes nothing', async () => {
  await put({}, ['karmada.io/cluster-controller'])
  assert.equal((await run({ dryRun: true })).at(-1), 'cluster paris would leave (dry run; 0 Works, whose objects stay)')
  assert.equal((await there())?.metadata.deletionTimestamp, undefined)
  assert.ok(await member.get(serviceAccountKind, account('karmada-paris')))
})

describe('is refused', () => {
  const refused: Readonly<Record<string, readonly [spec: Partial<Cluster['spec']>, says: RegExp]>> = {
    'for a cluster in pull mode': [{ syncMode: 'Pull' }, /it is in pull mode: use flotilla unregister /],
    'with the kubeconfig of another cluster': [{ id: 'other' }, /leads to another cluster/],
  }
  for (const [name, [spec, says]] of Object.entries(refused))
    test(name, async () => {
      await put(spec)
      await assert.rejects(run(), { code: 'CLUSTER_NOT_UNJOINED', message: says })
      assert.equal((await there())?.metadata.deletionTimestamp, undefined)
    })
  test('for a cluster that there is not', () => assert.rejects(run({}, 'none'), { code: 'CLUSTER_UNKNOWN' }))
})
