import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openAuthority } from '@flotilla/apiserver'
import { stringify } from 'yaml'
import type { Daemon } from '../daemon.ts'
import { estimator } from '../estimator.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { newDataDir, type Up, up } from '../up.ts'

/** A Deployment whose replicas each ask for one CPU. */
const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'main:1', resources: { requests: { cpu: '1' } } }] },
    },
  },
})

/** Divides them by what clusters can take. */
const byRoom = (...names: readonly string[]) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'by-room' },
  spec: {
    resourceSelectors: names.map((name) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name })),
    placement: {
      replicaScheduling: {
        replicaSchedulingType: 'Divided',
        replicaDivisionPreference: 'Weighted',
        weightPreference: { dynamicWeight: 'AvailableReplicas' },
      },
    },
  },
})

/** Where the control plane finds the estimator of a cluster. */
const serviceOf = (cluster: string, targetPort: number) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `karmada-scheduler-estimator-${cluster}`, namespace: 'karmada-system' },
  spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: 10_352, targetPort }] },
})

const members = ['member1', 'member2']

async function apply(k: Kubectl, object: object): Promise<void> {
  const { code, err } = await k.run(['apply', '-f', '-'], stringify(object))
  assert.equal(code, 0, err)
}

/** Says where estimators are, and waits for what clusters report. */
async function prepare(k: Kubectl, estimators: readonly Daemon[]): Promise<void> {
  await apply(k, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'karmada-system' } })
  for (const [i, name] of members.entries()) await apply(k, serviceOf(name, estimators[i]?.port ?? 0))
  await eventually(async () => {
    for (const { status } of (await k.json('clusters')).items)
      assert.equal(status.resourceSummary?.allocatable?.cpu, '24')
  })
}

/** Two of three nodes take no pods any more, and yet have all their room. */
async function cordon(k: Kubectl): Promise<void> {
  const nodes = (await k('--context', 'member1', 'get', 'nodes', '-o', 'name')).trim().split('\n')
  for (const node of nodes.slice(1)) await k('--context', 'member1', 'cordon', node)
}

const division = async (k: Kubectl, name: string): Promise<Json> =>
  Object.fromEntries(
    ((await k.json('rb', `${name}-deployment`)).spec.clusters ?? []).map((each: Json) => [each.name, each.replicas]),
  )

describe('accurate estimators, with certificates on both sides', () => {
  let fleet: Up
  let k: Kubectl
  let estimators: readonly Daemon[] = []

  before(async () => {
    const dir = newDataDir()
    const file = (name: string, text: string): string => {
      writeFileSync(join(dir, name), text)
      return join(dir, name)
    }
    const authority = await openAuthority({ dir: join(dir, 'tls') })
    const [server, client] = [
      await authority.server(),
      await authority.client('scheduler', { name: 'scheduler', groups: [] }),
    ]
    const caFile = file('ca.crt', authority.ca)
    const options = {
      enabled: true,
      caFile,
      certFile: file('client.crt', client.cert),
      keyFile: file('client.key', client.key),
    }
    const config = stringify({
      clusterStatusUpdateFrequency: '500ms',
      plugins: [{ name: 'accurate-estimator', options }],
    })
    fleet = await up({ members: 2, args: ['--config', file('flotilla.yaml', config)] })
    k = kubectl(fleet.kubeconfig)
    const tls = ['--grpc-auth-cert-file', file('server.crt', server.cert), '--grpc-auth-key-file', file('server.key', server.key), '--grpc-client-ca-file', caFile] // biome-ignore format: flags
    estimators = await Promise.all(
      members.map((name) => estimator(name, fleet.kubeconfig, ['--context', name, ...tls])),
    )
    await cordon(k)
    await prepare(k, estimators)
  })
  after(async () => {
    await Promise.all([fleet?.stop(), ...estimators.map((each) => each.stop())])
  })

  test('see what a summary does not: a cluster whose nodes are cordoned gets less', async () => {
    // by what they report both have room for 12; one node takes 8
    await apply(k, byRoom('web', 'late'))
    await apply(k, deployment('web', 12))
    await eventually(async () => assert.deepEqual(await division(k, 'web'), { member1: 5, member2: 7 }))
  })

  test('end at Ctrl-C, and scheduling goes on by what clusters report', async () => {
    assert.deepEqual(await Promise.all(estimators.map((each) => each.stop())), [0, 0])
    await eventually(async () => {
      const used = (await k.json('clusters')).items.map(({ status }: Json) => status.resourceSummary?.allocated?.cpu)
      assert.deepEqual(used, ['5', '7'])
    })
    await apply(k, deployment('late', 4)) // of which an estimator would have put three into member2
    await eventually(async () => assert.deepEqual(await division(k, 'late'), { member1: 2, member2: 2 }))
  })
})

describe('the descheduler', () => {
  let fleet: Up
  let k: Kubectl
  let estimators: readonly Daemon[] = []

  before(async () => {
    const plugins = [
      { name: 'accurate-estimator', options: { enabled: true } },
      { name: 'descheduler', options: { enabled: true, intervalSeconds: 0.5, thresholdSeconds: 2 } },
    ]
    const file = join(newDataDir(), 'flotilla.yaml')
    writeFileSync(file, stringify({ clusterStatusUpdateFrequency: '500ms', plugins }))
    fleet = await up({ members: 2, args: ['--config', file] })
    k = kubectl(fleet.kubeconfig)
    estimators = await Promise.all(members.map((name) => estimator(name, fleet.kubeconfig, ['--context', name])))
    await prepare(k, estimators)
  })
  after(async () => {
    await Promise.all([fleet?.stop(), ...estimators.map((each) => each.stop())])
  })

  test('moves replicas that find no node to a cluster where they do', async () => {
    await apply(k, byRoom('web'))
    await apply(k, deployment('web', 24))
    const isAllReady = async () => assert.equal((await k.json('deployment', 'web')).status.readyReplicas, 24)
    await eventually(isAllReady, 60_000)
    assert.deepEqual(await division(k, 'web'), { member1: 12, member2: 12 })
    await cordon(k)
    await k('--context', 'member1', 'delete', 'pods', '--all', '--wait=false') // one node takes eight of them
    await eventually(async () => {
      const { member1, member2 } = await division(k, 'web')
      assert.ok(member1 <= 8 && member1 + member2 === 24, `${member1} and ${member2}`)
      await isAllReady()
    }, 60_000)
    const told = (await k.json('events')).items.filter(({ reason }: Json) => reason === 'DescheduleBindingSucceed')
    assert.ok(told.some(({ involvedObject }: Json) => involvedObject.kind === 'Deployment'))
    assert.match(told[0].message, /^Binding has been descheduled, \d+ replica\(s\) in cluster\(member1\), \d+ total/)
  })
})

test('flags that do not belong together are refused', async () => {
  const { code, err } = await flotilla('estimator', '--cluster-name', 'paris', '--grpc-auth-cert-file', 'a.crt')
  assert.equal(code, 1)
  assert.match(err, /CONFIG_INVALID: config --grpc-auth-cert-file: a certificate and its key belong together/)
})
