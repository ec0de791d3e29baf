import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type ApiServer, createApiServer, inProcessTransport, memoryStorage } from '@flotilla/apiserver'
import { createClient, type HttpOptions } from '@flotilla/kube'
import { type Client, type Cluster, clusterKind, clusterNamespace, crds, type Log } from '@flotilla/sdk'
import type { Progress } from '../output/progress.ts'
import type { End } from './ends.ts'
import { type JoinOptions, join } from './join.ts'
import { clusterRoleBindingKind, clusterRoleKind, secretKind, serviceAccountKind } from './kinds.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log }
const administrator = { name: 'admin', groups: ['system:masters'] }
const servers: ApiServer[] = []
after(() => Promise.all(servers.map((server) => server.close())))

async function startServer(name: string): Promise<Client> {
  const server = await createApiServer({ name, storage: memoryStorage(), crds, log })
  servers.push(server)
  return createClient(inProcessTransport(server, administrator))
}

const end = (client: Client, identity: Partial<HttpOptions> = {}): End => ({
  client,
  identity: {
    server: 'https://paris:6443',
    ca: 'CA',
    credentials: async () => ({ authorization: 'Bearer mine' }),
    ...identity,
  },
})

/** A client of a server that makes tokens for service accounts, as a real cluster's controllers do. */
const issuing = (client: Client): Client => ({
  ...client,
  async raw(request) {
    const answer = await client.raw(request)
    if (request.path !== '/api/v1') return answer
    const { resources } = answer.body as { resources: readonly object[] }
    return { ...answer, body: { resources: [...resources, { name: 'serviceaccounts/token' }] } }
  },
  async create(kind, object, options) {
    const isToken = (object as { type?: string }).type === 'kubernetes.io/service-account-token'
    const data = { token: btoa('issued'), 'ca.crt': btoa('its CA') }
    return client.create(kind, isToken ? { ...object, data } : object, options)
  },
})

function transcript(): Progress & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    async step(title, run) {
      let state = ''
      const result = await run((next) => {
        state = next
      })
      lines.push(`${title} ${state}`)
      return result
    },
  }
}

const run = async (control: Client, member: End, options: Partial<JoinOptions> = {}): Promise<readonly string[]> => {
  const progress = transcript()
  const ends = { control: end(control, { server: 'https://control' }), member }
  await join(ends, { name: 'paris', ...options }, progress, AbortSignal.timeout(10_000))
  return progress.lines
}

async function secretOf(control: Client, name = 'paris') {
  const secret = await control.get(secretKind, { namespace: clusterNamespace, name })
  const data = Object.entries((secret?.data ?? {}) as Record<string, string>)
  return { owners: secret?.metadata.ownerReferences, data: Object.fromEntries(data.map(([k, v]) => [k, atob(v)])) }
}

const clusterIn = async (control: Client): Promise<Cluster> => {
  const cluster = await control.get(clusterKind, { name: 'paris' })
  assert.ok(cluster)
  return cluster
}

test('a cluster joins with a service account of its own', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  assert.deepEqual(await run(control, end(issuing(member)), { provider: 'p', region: 'r', zones: ['a', 'b'] }), [
    'cluster reached https://paris:6443',
    'control plane asked https://control',
    'access made for service account karmada-cluster/karmada-paris in it',
    'cluster paris joined (new)',
  ])
  assert.deepEqual((await secretOf(control)).data, { token: 'issued', caBundle: 'its CA' })
  const { spec } = await clusterIn(control)
  assert.equal(spec.syncMode, 'Push')
  assert.equal(spec.apiEndpoint, 'https://paris:6443')
  assert.deepEqual([spec.provider, spec.region, spec.zones], ['p', 'r', ['a', 'b']])
  assert.deepEqual(spec.secretRef, { namespace: clusterNamespace, name: 'paris' })
  assert.ok(await member.get(serviceAccountKind, { namespace: clusterNamespace, name: 'karmada-paris' }))
  const binding = await member.get(clusterRoleBindingKind, { name: 'karmada-controller-manager:karmada-paris' })
  assert.deepEqual(binding?.subjects, [{ kind: 'ServiceAccount', name: 'karmada-paris', namespace: clusterNamespace }])
})

test('a cluster that joins gets an account that may speak for users, and do nothing else', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  await run(control, end(issuing(member)))
  const { metadata, spec } = await clusterIn(control)
  assert.deepEqual(spec.impersonatorSecretRef, { namespace: clusterNamespace, name: 'paris-impersonator' })
  const { data, owners } = await secretOf(control, 'paris-impersonator')
  assert.deepEqual(data, { token: 'issued', caBundle: 'its CA' })
  assert.deepEqual(
    owners?.map(({ uid }) => uid),
    [metadata.uid],
  )
  const key = { namespace: clusterNamespace, name: 'karmada-impersonator' }
  assert.ok(await member.get(serviceAccountKind, key))
  const role = await member.get(clusterRoleKind, { name: 'karmada-impersonator' })
  assert.deepEqual(role?.rules, [
    { apiGroups: [''], resources: ['users', 'groups', 'serviceaccounts'], verbs: ['impersonate'] },
  ])
  const binding = await member.get(clusterRoleBindingKind, { name: 'karmada-impersonator' })
  assert.deepEqual(binding?.subjects, [{ kind: 'ServiceAccount', ...key }])
})

test('where no tokens are made, the identity in the kubeconfig is used, and nothing is left in the cluster', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  const lines = await run(control, end(member))
  assert.match(lines[2] ?? '', /the identity in its kubeconfig/)
  assert.deepEqual((await secretOf(control)).data, { token: 'mine', caBundle: 'CA' })
  await run(control, end(member, { credentials: async () => ({ cert: 'C', key: 'K' }) }))
  assert.deepEqual((await secretOf(control)).data, { 'tls.crt': 'C', 'tls.key': 'K', caBundle: 'CA' })
  assert.deepEqual((await member.list(clusterRoleBindingKind)).items, [])
  assert.equal((await clusterIn(control)).spec.impersonatorSecretRef, undefined)
})

test('the secret goes with the cluster', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  await run(control, end(member))
  const { metadata } = await clusterIn(control)
  const { owners } = await secretOf(control)
  assert.deepEqual(
    owners?.map(({ kind, name, uid }) => [kind, name, uid]),
    [['Cluster', 'paris', metadata.uid]],
  )
})

test('joining again changes how the cluster is reached, and nothing else', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  await run(control, end(member, { insecure: true, proxyUrl: 'http://proxy' }))
  const first = await clusterIn(control)
  assert.deepEqual([first.spec.insecureSkipTLSVerification, first.spec.proxyURL], [true, 'http://proxy'])
  const taints = [{ key: 'mine', effect: 'NoSchedule' }]
  await control.patch(clusterKind, first.metadata, { type: 'merge', body: { spec: { taints } } })

  assert.equal((await run(control, end(member, { server: 'https://moved' }))).at(-1), 'cluster paris joined (changed)')
  const { spec } = await clusterIn(control)
  assert.deepEqual([spec.insecureSkipTLSVerification, spec.proxyURL], [undefined, undefined])
  assert.deepEqual([spec.apiEndpoint, spec.taints], ['https://moved', taints])
  assert.equal(
    (await run(control, end(member, { server: 'https://moved' }))).at(-1),
    'cluster paris joined (as it was)',
  )
})

test('what must not join is refused before anything is written', async (t) => {
  const [control, member, other] = [await startServer('control'), await startServer('paris'), await startServer('oslo')]
  await run(control, end(member))
  const refused: Readonly<Record<string, readonly [Client, string, RegExp]>> = {
    'a cluster that has another name already': [member, 'london', /cluster london .* joined already, as paris/],
    'another cluster under a name that is taken': [other, 'paris', /cluster paris .* another cluster has this name/],
    'the control plane itself': [control, 'self', /cluster self .* the control plane itself.*--cluster-context/],
    'a cluster without an identity': [other, 'oslo', /cluster oslo .* neither a token nor a client certificate/],
  }
  for (const [name, [client, as, says]] of Object.entries(refused)) {
    await t.test(name, async () => {
      const nobody = end(client, { credentials: async () => ({}) })
      await assert.rejects(run(control, nobody, { name: as }), { code: 'CLUSTER_NOT_JOINED', message: says })
    })
  }
  await control.update(clusterKind, {
    ...(await clusterIn(control)),
    metadata: { ...(await clusterIn(control)).metadata, finalizers: ['test/held'] },
  })
  await control.delete(clusterKind, { name: 'paris' })
  await t.test('one that is being removed', () =>
    assert.rejects(run(control, end(member)), { message: /being removed: wait until it is gone/ }),
  )
  assert.deepEqual(
    (await control.list(clusterKind)).items.map(({ metadata }) => metadata.name),
    ['paris'],
  )
  assert.deepEqual(
    (await control.list(secretKind)).items.map(({ metadata }) => metadata.name),
    ['paris'],
  )
})

test('a refusal of a server is told with the end it comes from', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  const failing = (client: Client): Client => ({ ...client, get: () => Promise.reject(new Error('go away')) })
  await assert.rejects(run(control, end(failing(member))), { message: 'the cluster at https://paris:6443: go away' })
  await assert.rejects(run(failing(control), end(member)), { message: 'the control plane at https://control: go away' })
})

test('what a join that fails has made goes again', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  const failing: Client = {
    ...control,
    create: (kind, object, options) =>
      kind.kind === 'Cluster' && !options?.dryRun
        ? Promise.reject(new Error('it is full'))
        : control.create(kind, object, options),
  }
  await assert.rejects(run(failing, end(issuing(member))), { message: /control plane at .*: it is full/ })
  assert.equal(await control.get(secretKind, { namespace: clusterNamespace, name: 'paris' }), undefined)
  assert.equal(await member.get(serviceAccountKind, { namespace: clusterNamespace, name: 'karmada-paris' }), undefined)
  assert.deepEqual((await member.list(clusterRoleBindingKind)).items, [])
})

test('a join that fails after the control plane took the cluster leaves it joined', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  const failing: Client = { ...control, patch: () => Promise.reject(new Error('it is full')) }
  await assert.rejects(run(failing, end(issuing(member))), { message: /it is full/ })
  assert.ok(await clusterIn(control))
  assert.ok(await member.get(serviceAccountKind, { namespace: clusterNamespace, name: 'karmada-paris' }))
})

test('a dry run says what would be, and writes nothing', async () => {
  const [control, member] = [await startServer('control'), await startServer('paris')]
  assert.equal(
    (await run(control, end(issuing(member)), { dryRun: true })).at(-1),
    'cluster paris would join (new; dry run)',
  )
  assert.deepEqual((await control.list(clusterKind)).items, [])
  assert.deepEqual((await member.list(clusterRoleBindingKind)).items, [])
  await run(control, end(member))
  assert.match((await run(control, end(member), { dryRun: true })).at(-1) ?? '', /would join \(again; dry run\)/)
})
