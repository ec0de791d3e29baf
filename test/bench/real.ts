import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type Kind, type Manifest, propagationPolicyKind, systemNamespace } from '@flotilla/sdk'
import { flotilla } from '../flotilla.ts'
import { configMapKind, deploymentKind } from '../kinds.ts'
import { kubectl } from '../kubectl.ts'
import { type RealCluster, startCluster } from '../real/cluster.ts'
import { type Etcd, startEtcd } from '../real/etcd.ts'
import { startMachines } from '../real/machines.ts'
import { freePort } from '../real/port.ts'
import { type Serve, serve } from '../real/serve.ts'
import { atOnce, print, useOf } from './measure.ts'
import { nodes, width } from './propagate.ts'
import { growth, isWrite, requests } from './requests.ts'
import { type Sightings, watch } from './sightings.ts'
import { configMap, deployment, policy } from './workload.ts'

export interface RealOptions {
  readonly n: number
  readonly members: number
  /** Whether members have controllers of workloads, and machines: then what comes there runs, as far as anyone can tell. */
  readonly pods?: boolean
  /** How many replicas share the work, and into how many shards it is divided; by default one and one. */
  readonly replicas?: number
  readonly shards?: number
}

const bindingKind: Kind = {
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  plural: 'resourcebindings',
  scope: 'Namespaced',
}

const leaseKind: Kind = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
}

const lease = { namespace: systemNamespace, name: 'flotilla' }

/** Somebody who leads and does nothing: a replica that is served meanwhile answers webhooks, and no more. */
const idler = (): Manifest => ({
  apiVersion: leaseKind.apiVersion,
  kind: leaseKind.kind,
  metadata: lease,
  spec: {
    holderIdentity: 'nobody',
    leaseDurationSeconds: 86_400,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  },
})

interface Status {
  readonly aggregatedStatus?: readonly { readonly applied?: boolean }[]
}

const isReady = (members: number) => (deployment: Manifest) =>
  (deployment.status as { readonly readyReplicas?: number } | undefined)?.readyReplicas === members

const isApplied = (members: number) => (binding: Manifest) =>
  (binding.status as Status | undefined)?.aggregatedStatus?.filter(({ applied }) => applied).length === members

async function joined(host: RealCluster, members: readonly RealCluster[]): Promise<void> {
  for (const { name, kubeconfig } of members) {
    const { code, err } = await flotilla(
      ...['join', name, '--kubeconfig', host.kubeconfig, '--cluster-kubeconfig', kubeconfig],
    )
    if (code !== 0) throw new Error(err)
    await kubectl(host.kubeconfig)('wait', `cluster/${name}`, '--for=condition=Ready', '--timeout=60s')
  }
}

/**
 * A kubeconfig of an account with a token, as `serve` has one in a cluster: a certificate is checked anew with every request, which
 * is a tenth of what the API server does then.
 */
async function accountOf({ kubeconfig }: RealCluster, dir: string): Promise<string> {
  const k = kubectl(kubeconfig)
  await k('create', 'serviceaccount', 'flotilla', '--namespace=default')
  await k(
    'create',
    'clusterrolebinding',
    'flotilla',
    '--clusterrole=cluster-admin',
    '--serviceaccount=default:flotilla',
  )
  const token = (await k('create', 'token', 'flotilla', '--namespace=default', '--duration=24h')).trim()
  const config = JSON.parse(await k('config', 'view', '--raw', '-o', 'json'))
  const file = join(dir, 'flotilla.kubeconfig')
  const users = [{ name: config.users[0].name, user: { token } }]
  writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 })
  return file
}

/** Leads with nobody: what is written meanwhile waits for whoever leads next. */
async function offline(client: Client, served: Serve): Promise<void> {
  await served.stop()
  await client.delete(leaseKind, lease)
  await client.create(leaseKind, idler())
}

async function fill(client: Client, names: readonly string[], members: readonly string[]): Promise<number> {
  const start = performance.now()
  await atOnce(width, names, async (name) => {
    await client.create(propagationPolicyKind, policy(name, members, true) as never)
    await client.create(configMapKind, configMap(name))
    await client.create(deploymentKind, deployment(name, true))
  })
  return (performance.now() - start) / 1000
}

/** CPU seconds of API servers and etcd, so far. */
const cpuOf = (host: RealCluster, members: readonly RealCluster[], etcd: Etcd) => ({
  host: useOf(host.server.pid).cpu,
  members: members.reduce((sum, { server }) => sum + useOf(server.pid).cpu, 0),
  etcd: useOf(etcd.process.pid).cpu,
})

/** Prints what it takes to bring to the members all that was applied while the control plane was away: over real API servers. */
export async function real({ n, members: count, pods = false, replicas = 1, shards = 1 }: RealOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
  await using open = new AsyncDisposableStack()
  const etcd = open.use(await startEtcd(dir))
  const host = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
  const members: RealCluster[] = []
  for (let index = 1; index <= count; index++)
    members.push(open.use(await startCluster({ name: `member${index}`, etcd, dir, host: !pods })))
  if (pods) for (const each of members) open.use(startMachines(each, nodes(n, 0)))
  const clusters = members.map(({ name }) => name)
  const { client } = host

  const webhooksAt = `127.0.0.1:${await freePort()}` // all the time, or the kinds were installed anew and all watches ended
  const webhookPlace = ['--webhook-bind-address', webhooksAt]
  const account = await accountOf(host, dir)
  const first = await serve(account, ...webhookPlace)
  await joined(host, members)
  await offline(client, first)
  const webhooks = await serve(account, ...webhookPlace)
  const names = Array.from({ length: n }, (_, index) => `bulk-${index}`)
  const filledIn = await fill(client, names, clusters)
  await webhooks.stop()
  await client.delete(leaseKind, lease)
  await sleep(5000) // what is left of it has been done

  const watching = new AbortController()
  open.defer(() => watching.abort())
  const ready = await watch(client, deploymentKind, isReady(count), watching.signal)
  const seen: Sightings[] = [await watch(client, bindingKind, isApplied(count), watching.signal)]
  const arrived: Sightings[] = []
  for (const each of members)
    for (const kind of [deploymentKind, configMapKind])
      arrived.push(
        await watch(each.client, kind, ({ metadata: { name } }) => name.startsWith('bulk-'), watching.signal),
      )

  const [cpuBefore, before] = [cpuOf(host, members, etcd), await requests(host)]
  const start = performance.now()
  const all = await Promise.all(
    Array.from({ length: replicas }, (_, each) =>
      serve(
        account,
        ...(each === 0 ? webhookPlace : ['--webhook-url', `https://${webhooksAt}`]),
        '--shards',
        `${shards}`,
      ),
    ),
  )
  const servedIn = (performance.now() - start) / 1000
  const unlessEnded = <T>(wait: Promise<T>): Promise<T> => Promise.race([wait, ...all.map(({ ended }) => ended)])
  await unlessEnded(Promise.all(arrived.map((there) => there.count(n))))
  const arrivedIn = (performance.now() - start) / 1000
  await unlessEnded(Promise.all(seen.map((there) => there.count(2 * n)))) // a binding for each Deployment, and one for what it needs
  const toldIn = (performance.now() - start) / 1000
  if (pods) await unlessEnded(ready.count(n))
  const readyIn = (performance.now() - start) / 1000
  const uses = all.map(({ pid }) => useOf(pid))
  const shown = (of: (use: ReturnType<typeof useOf>) => number, digits: number) =>
    uses.map((use) => of(use).toFixed(digits)).join(' + ')
  const [cpu, after] = [cpuOf(host, members, etcd), await requests(host)]

  const writes = growth(before, after).filter(([what]) => isWrite(what))
  print({
    [`${n} Deployments, each with a policy and a ConfigMap, for ${count} members, applied in ${filledIn.toFixed(1)} s`]:
      '',
    'what runs in the members': pods ? 'all controllers, and kubelets without containers' : 'no workloads',
    'ready in': `${servedIn.toFixed(2)} s`,
    'all in the members in': `${arrivedIn.toFixed(2)} s`,
    'all bindings say so in': `${toldIn.toFixed(2)} s`,
    ...(pods && { 'all Deployments ready in': `${readyIn.toFixed(2)} s` }),
    ...(shards > 1 && { 'replicas, and shards they share': `${replicas}, ${shards}` }),
    'CPU of flotilla': `${shown(({ cpu }) => cpu, 1)} s`,
    'CPU of the host kube-apiserver': `${(cpu.host - cpuBefore.host).toFixed(1)} s`,
    'CPU of the members': `${(cpu.members - cpuBefore.members).toFixed(1)} s`,
    'CPU of etcd': `${(cpu.etcd - cpuBefore.etcd).toFixed(1)} s`,
    'peak RSS of flotilla': `${shown(({ peak }) => peak, 0)} MiB`,
    'writes to the host for each Deployment': (writes.reduce((sum, [, number]) => sum + number, 0) / n).toFixed(2),
    ...Object.fromEntries(writes.slice(0, 16).map(([what, number]) => [`  ${what}`, (number / n).toFixed(2)])),
    'reads of the host': growth(before, after)
      .filter(([what]) => /^(get|list) /.test(what))
      .reduce((sum, [, number]) => sum + number, 0)
      .toString(),
  })
  for (const each of all) await each.stop()
}
