import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Cluster, type Manifest, type Metrics, Registry, schedule } from '@flotilla/sdk'
import { binding, cluster, fakeHost } from '@flotilla/sdk/testing'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import type { ReplicasRequest, ReplicasResponse } from '../wire/messages.ts'
import { service } from '../wire/service.ts'
import { accurate } from './accurate.ts'

type Call = ServerUnaryCall<ReplicasRequest, ReplicasResponse>

/** What a scripted estimator does with each question; undefined: it never answers. */
type Script = (call: Call) => ReplicasResponse | { readonly code: status; readonly details: string } | undefined

const ends: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** An estimator that says what a test wants it to. */
async function estimator(
  script: Script,
  port = 0,
): Promise<{ port: number; asked: ReplicasRequest[]; stop: () => void }> {
  const asked: ReplicasRequest[] = []
  const server = new Server()
  const answer = (call: Call, reply: sendUnaryData<ReplicasResponse>) => {
    asked.push(call.request)
    const said = script(call)
    if (said && 'code' in said) reply(said)
    else if (said) reply(null, said)
  }
  server.addService(service, { MaxAvailableReplicas: answer, MaxAvailableComponentSets: answer })
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  )
  const stop = () => server.forceShutdown()
  ends.push(stop)
  return { port: bound, asked, stop }
}

const serviceOf = (name: string, port: number): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `karmada-scheduler-estimator-${name}`, namespace: 'karmada-system' },
  spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: 10_352, targetPort: port }] },
})

/** A scheduler with nothing but the plugin, and estimators at ports. */
function scheduler(ports: Readonly<Record<string, number>>, options: object = {}) {
  const life = new AbortController()
  ends.push(() => life.abort())
  const counts = new Map<string, number>()
  const metrics: Metrics = {
    counter: () => ({
      add: ({ member_cluster, result } = {}) =>
        counts.set(`${member_cluster} ${result}`, (counts.get(`${member_cluster} ${result}`) ?? 0) + 1),
    }),
    gauge: () => ({ set: () => undefined, forget: () => undefined }),
    histogram: () => ({ observe: () => undefined }),
  }
  const objects = Object.entries(ports).map(([name, port]) => serviceOf(name, port))
  const host = { ...fakeHost({ objects, options: { enabled: true, ...options } }), signal: life.signal, metrics }
  const registry = new Registry()
  for (const extension of accurate.extensions?.(host) ?? []) registry.add(extension)
  const about = binding({ replicas: 3, replicaRequirements: { resourceRequest: { cpu: '1' } } })
  return {
    host,
    counts,
    ask: (clusters: readonly Cluster[], more: Partial<schedule.Candidates> = {}) =>
      registry.ask(schedule.estimate, { binding: about, placement: {}, clusters, ...more }),
  }
}

const [a, b, c] = [cluster({ name: 'a' }), cluster({ name: 'b' }), cluster({ name: 'c' })]
const says =
  (maxReplicas: number): Script =>
  () => ({ maxReplicas })

describe('the estimators of all clusters', () => {
  test('are asked at once, and say what each can take', async () => {
    const [one, two] = [await estimator(says(4)), await estimator(says(0))]
    assert.deepEqual(await scheduler({ a: one.port, b: two.port }).ask([a, b]), { a: 4, b: 0 })
    assert.equal(one.asked[0]?.cluster, 'a')
    assert.equal(two.asked[0]?.cluster, 'b')
  })
  test('are told which object it is about, in the words of Karmada', async () => {
    let object: unknown
    const { port } = await estimator((call) => {
      object = call.metadata.get('object')[0]
      return { maxReplicas: 1 }
    })
    await scheduler({ a: port }).ask([a])
    assert.equal(object, 'kind=Deployment, name=default/web')
  })
  test('are told the namespace, for its quotas, and what is still to come', async () => {
    const { port, asked } = await estimator(says(1))
    await scheduler({ a: port }).ask([a], {
      assumed: { a: [{ namespace: 'shop', components: [{ name: 'x', replicas: 2 }] }] },
    })
    assert.equal(asked[0]?.replicaRequirements?.namespace, 'default')
    assert.equal(asked[0]?.assumedWorkloads?.[0]?.components?.[0]?.replicas, 2)
  })
  test('count sets of a workload with components', async () => {
    const { port } = await estimator(() => ({ maxSets: 7 }) as ReplicasResponse)
    const about = binding({
      components: [
        { name: 'a', replicas: 1 },
        { name: 'b', replicas: 2 },
      ],
    })
    assert.deepEqual(await scheduler({ a: port }).ask([a], { binding: about }), { a: 7 })
  })
  test('are not asked about what needs no room', async () => {
    const { port, asked } = await estimator(says(1))
    assert.deepEqual(await scheduler({ a: port }).ask([a], { binding: binding() }), {})
    assert.equal(asked.length, 0)
  })
  test('are asked the same once within a moment, however many ask', async () => {
    const { port, asked } = await estimator(says(4))
    const { ask } = scheduler({ a: port })
    await Promise.all(Array.from({ length: 20 }, () => ask([a])))
    assert.equal(asked.length, 1)
  })
  test('are not asked in pull mode, when that is said', async () => {
    const { port, asked } = await estimator(says(4))
    const pulled = { ...a, spec: { ...a.spec, syncMode: 'Pull' as const } }
    assert.deepEqual(await scheduler({ a: port, b: port }, { skipPull: true }).ask([pulled, b]), { b: 4 })
    assert.equal(asked.length, 1)
  })
  test('are not asked at all by default', () => assert.deepEqual(accurate.extensions?.(fakeHost()), []))
})

describe('who says nothing of use has no opinion, and the others count', () => {
  const cases: Readonly<Record<string, readonly [script: Script, complaint: RegExp | undefined]>> = {
    'minus one: it does not want to say': [says(-1), undefined],
    'a negative number': [says(-7), /the estimator of a answers -7, which is no number of replicas/],
    'an error': [
      () => ({ code: status.INTERNAL, details: 'out of paper' }),
      /the estimator of a did not answer: .*out of paper/,
    ],
    'that it is of another cluster': [() => ({ code: status.INVALID_ARGUMENT, details: 'this is b' }), /this is b/],
    'nothing, for too long': [() => undefined, /the estimator of a did not answer: .*DEADLINE_EXCEEDED/],
  }
  for (const [name, [script, complaint]] of Object.entries(cases))
    test(name, async () => {
      const [bad, good] = [await estimator(script), await estimator(says(4))]
      const { ask, host, counts } = scheduler({ a: bad.port, b: good.port }, { timeoutSeconds: 0.5 })
      assert.deepEqual(await ask([a, b]), { b: 4 })
      const complaints = host.lines.map(({ fields }) => String((fields.error as Error).message))
      assert.equal(complaints.length, complaint ? 1 : 0)
      if (complaint) assert.match(complaints[0] ?? '', complaint)
      assert.equal(counts.get('a error') ?? 0, complaint ? 1 : 0)
      assert.equal(counts.get('b success'), 1)
    })
  test('nobody is there', async () => {
    const { port, stop } = await estimator(says(4))
    stop()
    const { ask, host } = scheduler({ a: port })
    assert.deepEqual(await ask([a]), {})
    assert.match(String(host.lines[0]?.fields.error), /ESTIMATOR_UNREACHABLE|did not answer/)
  })
  test('no Service, and no such name', async () => {
    assert.deepEqual(await scheduler({}, { timeoutSeconds: 5 }).ask([c]), {})
  })
})

describe('an estimator that did not answer', () => {
  test('is left alone for a while: nobody waits for it again', async () => {
    const { port, asked } = await estimator(() => undefined)
    const { ask, counts, host } = scheduler({ a: port }, { timeoutSeconds: 0.2 })
    await ask([a])
    const start = performance.now()
    const other = binding({ replicas: 1, replicaRequirements: { resourceRequest: { cpu: '2' } } })
    assert.deepEqual(await ask([a], { binding: other }), {})
    assert.ok(performance.now() - start < 150)
    assert.equal(asked.length, 1)
    assert.equal(counts.get('a skipped'), 1)
    assert.equal(host.lines.length, 1)
  })
  test('is found where its Service says by then, once it is back', async () => {
    const gone = await estimator(says(4))
    gone.stop()
    const { ask, host } = scheduler({ a: gone.port })
    assert.deepEqual(await ask([a]), {})
    const moved = await estimator(says(5))
    host.objects.put(serviceOf('a', moved.port))
    const end = performance.now() + 20_000
    let answer: schedule.PerCluster<number> = {}
    while (answer.a === undefined && performance.now() < end) {
      await pause(100)
      answer = await ask([a])
    }
    assert.deepEqual(answer, { a: 5 })
    assert.equal(host.lines.at(-1)?.message, 'an estimator is back')
  })
})
