import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import type { User } from '@flotilla/kube'
import type { ApiServerOptions } from '../options.ts'
import { sqliteStorage } from '../storage/sqlite.ts'
import { configMap, configMapPath, type Reply, startServer, type TestServer } from '../testing/server.ts'
import { inProcessTransport } from '../transport.ts'
import { authenticated } from './access.ts'

const dir = await mkdtemp(join(tmpdir(), 'apiserver-access-'))
after(() => rm(dir, { recursive: true }))

const tokenKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

const someone = (name: string, ...groups: readonly string[]): User => ({ name, groups: [...groups, authenticated] })

let api: TestServer
let now = new Date('2026-11-29T12:00:00Z')

const start = (options: Partial<ApiServerOptions> = {}) =>
  startServer({ access: { tokenKey }, now: () => now, ...options })

/** A request as someone. */
const as =
  (user: User) =>
  async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const transport = inProcessTransport(api.server, user)
    const { status, body: said } = await transport.send({ method, path, ...(body !== undefined && { body }) })
    return { code: status, body: said }
  }

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const here = `${rbac}/namespaces/default`

const bind = (name: string, role: string, ...subjects: readonly object[]) => ({
  metadata: { name },
  roleRef: { kind: 'ClusterRole', name: role },
  subjects,
})
const jane = someone('jane')
const userJane = { kind: 'User', name: 'jane' }

const eventually = async (look: () => Promise<void>): Promise<void> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await look()
    } catch (error) {
      if (tries > 500) throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

beforeEach(async () => {
  now = new Date('2026-11-29T12:00:00Z')
  api = await start()
})
afterEach(async () => {
  await api.server.close()
  assert.deepEqual(api.log.errors, [])
})

describe('roles and bindings', () => {
  test('hold from the moment they are there, and no longer', async () => {
    const list = async () => (await as(jane)('GET', configMapPath)).code
    assert.equal(await list(), 403)
    await api.ask('POST', `${here}/rolebindings`, bind('j', 'view', userJane))
    assert.equal(await list(), 200)
    assert.equal((await as(jane)('POST', configMapPath, configMap('c'))).code, 403)
    await api.ask('PATCH', `${here}/rolebindings/j`, { subjects: [{ ...userJane, name: 'joe' }] })
    assert.equal(await list(), 403)
    assert.equal((await as(someone('joe'))('GET', configMapPath)).code, 200)
    await api.ask('DELETE', `${here}/rolebindings/j`)
    assert.equal((await as(someone('joe'))('GET', configMapPath)).code, 403)
  })

  test('a role that changes counts at once', async () => {
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]
    await api.ask('POST', `${rbac}/clusterroles`, { metadata: { name: 'reader' }, rules })
    await api.ask('POST', `${rbac}/clusterrolebindings`, bind('j', 'reader', userJane))
    assert.equal((await as(jane)('GET', configMapPath)).code, 403)
    await api.ask('PATCH', `${rbac}/clusterroles/reader`, { rules: [{ ...rules[0], verbs: ['list'] }] })
    assert.equal((await as(jane)('GET', configMapPath)).code, 200)
    await api.ask('DELETE', `${rbac}/clusterroles/reader`)
    const { code, body } = await as(jane)('GET', configMapPath)
    assert.equal(code, 403)
    assert.match(body.message, /: RBAC: clusterrole\.rbac\.authorization\.k8s\.io "reader" not found$/)
  })

  test('of one name say nothing of others, whoever was asked about before', async () => {
    const rules = [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get'] }]
    for (const name of ['mine', 'other']) await api.ask('POST', configMapPath, configMap(name))
    const get = async (name: string) => (await as(jane)('GET', `${configMapPath}/${name}`)).code
    assert.deepEqual([await get('mine'), await get('other')], [403, 403])
    await api.ask('POST', `${rbac}/clusterroles`, { metadata: { name: 'reader' }, rules })
    await api.ask('POST', `${rbac}/clusterrolebindings`, bind('j', 'reader', userJane))
    assert.deepEqual([await get('mine'), await get('other'), await get('mine')], [200, 403, 200])
    await api.ask('POST', `${here}/rolebindings`, bind('v', 'view', userJane))
    assert.deepEqual([await get('other'), await get('mine')], [200, 200])
  })

  test('of one namespace say nothing of others', async () => {
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'other' } })
    await api.ask('POST', `${here}/rolebindings`, bind('j', 'view', userJane))
    assert.equal((await as(jane)('GET', '/api/v1/namespaces/other/configmaps')).code, 403)
    assert.equal((await as(jane)('GET', '/api/v1/configmaps')).code, 403)
    assert.equal((await as(jane)('GET', '/api/v1/namespaces/default')).code, 200)
  })

  test('mean groups, and accounts of their own namespace', async () => {
    const account = someone('system:serviceaccount:default:bot')
    await api.ask('POST', `${here}/rolebindings`, bind('a', 'view', { kind: 'ServiceAccount', name: 'bot' }))
    await api.ask('POST', `${here}/rolebindings`, bind('g', 'view', { kind: 'Group', name: 'staff' }))
    assert.equal((await as(account)('GET', configMapPath)).code, 200)
    assert.equal((await as(someone('x', 'staff'))('GET', configMapPath)).code, 200)
    assert.equal((await as(someone('system:serviceaccount:other:bot'))('GET', configMapPath)).code, 403)
  })

  test('aggregated roles follow those they select', async () => {
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' }
    const rules = [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }]
    const has = async (name: string) => {
      const { body } = await api.ask('GET', `${rbac}/clusterroles/${name}`)
      return body.rules.some(({ apiGroups = [] }: { apiGroups?: string[] }) => apiGroups.includes('example.com'))
    }
    await api.ask('POST', `${rbac}/clusterroles`, { metadata: { name: 'more', labels }, rules })
    for (const name of ['view', 'edit', 'admin']) await eventually(async () => assert.ok(await has(name)))
    await api.ask('DELETE', `${rbac}/clusterroles/more`)
    for (const name of ['view', 'edit', 'admin']) await eventually(async () => assert.ok(!(await has(name))))
  })
})

test('the roles of a new cluster come back where they lack something, and stay as they were changed', async () => {
  const path = join(dir, 'again.db')
  const first = await start({ storage: sqliteStorage({ path }) })
  await eventually(async () => assert.equal((await first.ask('GET', '/api/v1/serviceaccounts')).body.items.length, 4))
  const before = await first.ask('GET', `${rbac}/clusterroles`)
  const rule = { apiGroups: ['x'], resources: ['y'], verbs: ['z'] }
  await first.ask('PATCH', `${rbac}/clusterroles/system:basic-user`, { rules: [rule] })
  await first.ask('PATCH', `${rbac}/clusterroles/system:discovery`, {
    metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
    rules: [],
  })
  await first.ask('DELETE', `${rbac}/clusterrolebindings/system:discovery`)
  const { body: changed } = await first.ask('GET', `${rbac}/clusterroles`)
  await first.close()
  const second = await start({ storage: sqliteStorage({ path }) })
  const { body } = await second.ask('GET', `${rbac}/clusterroles/system:basic-user`)
  assert.deepEqual(body.rules[0], rule)
  assert.ok(body.rules.length > 1)
  assert.deepEqual((await second.ask('GET', `${rbac}/clusterroles/system:discovery`)).body.rules, [])
  assert.equal((await second.ask('GET', `${rbac}/clusterrolebindings/system:discovery`)).code, 200)
  const { body: after } = await second.ask('GET', `${rbac}/clusterroles`)
  assert.equal(after.items.length, before.body.items.length)
  const revision = Number(after.metadata.resourceVersion) - Number(changed.metadata.resourceVersion)
  assert.equal(revision, 2) // one role, one binding: nothing else was written
  await second.close()
})

const accounts = '/api/v1/namespaces/default/serviceaccounts'
const secrets = '/api/v1/namespaces/default/secrets'

/** Who a token stands for: the name; undefined: nobody. */
const whose = async (token: string): Promise<string | undefined> => (await api.server.identify(token))?.name

const issue = async (spec: object = {}): Promise<string> => {
  const { code, body } = await api.ask('POST', `${accounts}/default/token`, { spec })
  assert.equal(code, 201, body.message)
  return body.status.token
}

const decode = (value: string): string => Buffer.from(value, 'base64').toString()

describe('ServiceAccounts', () => {
  beforeEach(() => eventually(async () => assert.equal((await api.ask('GET', `${accounts}/default`)).code, 200)))

  test('every namespace has one, also when someone deletes it', async () => {
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'new' } })
    const path = '/api/v1/namespaces/new/serviceaccounts/default'
    await eventually(async () => assert.equal((await api.ask('GET', path)).code, 200))
    const { body } = await api.ask('GET', path)
    await api.ask('DELETE', path)
    await eventually(async () =>
      assert.notEqual((await api.ask('GET', path)).body.metadata?.uid ?? body.metadata.uid, body.metadata.uid),
    )
  })

  test('a token is good until its time is over', async () => {
    const token = await issue({ expirationSeconds: 600 })
    assert.equal(await whose(token), 'system:serviceaccount:default:default')
    assert.deepEqual((await api.server.identify(token))?.groups, [
      'system:serviceaccounts',
      'system:serviceaccounts:default',
      authenticated,
    ])
    now = new Date(now.getTime() + 599_000)
    assert.ok(await whose(token))
    now = new Date(now.getTime() + 1000)
    assert.equal(await whose(token), undefined)
  })

  test('a token of another key is nobody’s', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const other = await startServer({
      access: { tokenKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    })
    await eventually(async () => assert.equal((await other.ask('GET', `${accounts}/default`)).code, 200))
    const { body } = await other.ask('POST', `${accounts}/default/token`, { spec: {} })
    await other.close()
    assert.equal(await whose(body.status.token), undefined)
  })

  test('a token that was changed is nobody’s', async () => {
    const [head = '', , signature = ''] = (await issue()).split('.')
    const claims = Buffer.from(JSON.stringify({ sub: 'system:serviceaccount:kube-system:default' })).toString(
      'base64url',
    )
    assert.equal(await whose(`${head}.${claims}.${signature}`), undefined)
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    assert.equal(await whose(`${none}.${claims}.`), undefined)
  })

  test('a token ends with its account', async () => {
    const token = await issue()
    assert.ok(await whose(token))
    await api.ask('DELETE', `${accounts}/default`)
    assert.equal(await whose(token), undefined)
    await eventually(async () => assert.equal((await api.ask('GET', `${accounts}/default`)).code, 200))
    assert.equal(await whose(token), undefined) // the name is the same, the account is not
  })

  test('a token ends with what it is bound to', async () => {
    const { body } = await api.ask('POST', secrets, { metadata: { name: 's' } })
    const token = await issue({
      boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's', uid: body.metadata.uid },
    })
    assert.ok(await whose(token))
    await api.ask('DELETE', `${secrets}/s`)
    assert.equal(await whose(token), undefined)
  })

  test('a token for others is not for the server', async () => {
    const token = await issue({ audiences: ['vault'] })
    assert.equal(await whose(token), undefined)
    const review = async (audiences: readonly string[]) =>
      (await api.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, audiences } })).body.status
    const { authenticated: known, audiences } = await review(['vault', 'bank'])
    assert.deepEqual([known, audiences], [true, ['vault']])
    assert.equal((await review(['bank'])).authenticated, undefined)
  })

  test('a Secret gets a token, which ends with it, and it ends with its account', async () => {
    await api.ask('POST', accounts, { metadata: { name: 'bot' } })
    const annotations = { 'kubernetes.io/service-account.name': 'bot' }
    const type = 'kubernetes.io/service-account-token'
    const tokenOf = async (name: string): Promise<string> => {
      await api.ask('POST', secrets, { metadata: { name, annotations }, type })
      await eventually(async () => assert.ok((await api.ask('GET', `${secrets}/${name}`)).body.data?.token))
      const { body } = await api.ask('GET', `${secrets}/${name}`)
      assert.equal(decode(body.data.namespace), 'default')
      return decode(body.data.token)
    }
    const [one, two] = [await tokenOf('one'), await tokenOf('two')]
    assert.equal(await whose(one), 'system:serviceaccount:default:bot')
    await api.ask('DELETE', `${secrets}/one`)
    assert.deepEqual([await whose(one), await whose(two)], [undefined, 'system:serviceaccount:default:bot'])
    await api.ask('DELETE', `${accounts}/bot`)
    assert.equal(await whose(two), undefined)
    await eventually(async () => assert.equal((await api.ask('GET', `${secrets}/two`)).code, 404))
  })

  test('a Secret of nobody goes', async () => {
    const annotations = { 'kubernetes.io/service-account.name': 'nobody' }
    await api.ask('POST', secrets, {
      metadata: { name: 'lost', annotations },
      type: 'kubernetes.io/service-account-token',
    })
    await eventually(async () => assert.equal((await api.ask('GET', `${secrets}/lost`)).code, 404))
  })
})

describe('bootstrap tokens', () => {
  const system = '/api/v1/namespaces/kube-system/secrets'
  const data = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' }
  const introduce = (stringData: object, more: object = {}) =>
    api.ask('POST', system, {
      metadata: { name: 'bootstrap-token-abcdef' },
      type: 'bootstrap.kubernetes.io/token',
      stringData,
      ...more,
    })

  const cases: readonly [sentence: string, stringData: object, groups: readonly string[] | undefined, more?: object][] =
    [
      ['stand for a bootstrapper', data, ['system:bootstrappers', authenticated]],
      [
        'may be in groups',
        { ...data, 'auth-extra-groups': 'system:bootstrappers:a,system:bootstrappers:b' },
        ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:b', authenticated],
      ],
      ['may not be in other groups', { ...data, 'auth-extra-groups': 'system:masters' }, undefined],
      [
        'are good until they expire',
        { ...data, expiration: '2026-11-29T12:00:01Z' },
        ['system:bootstrappers', authenticated],
      ],
      ['are not good after', { ...data, expiration: '2026-11-29T12:00:00Z' }, undefined],
      ['are not good when nobody can say until when', { ...data, expiration: 'tomorrow' }, undefined],
      ['are made for it', { ...data, 'usage-bootstrap-authentication': 'false' }, undefined],
      ['have their secret', { ...data, 'token-secret': '0123456789abcdee' }, undefined],
      ['are of their type', data, undefined, { type: 'Opaque' }],
    ]
  for (const [sentence, stringData, groups, more] of cases) {
    test(sentence, async () => {
      assert.equal((await introduce(stringData, more)).code, 201)
      const user = await api.server.identify('abcdef.0123456789abcdef')
      assert.deepEqual(user?.groups, groups)
      assert.equal(user?.name, groups && 'system:bootstrap:abcdef')
    })
  }

  test('sign what anybody may know, as long as they are good', async () => {
    const path = '/api/v1/namespaces/kube-public/configmaps'
    const signed = async () => (await api.ask('GET', `${path}/cluster-info`)).body.data['jws-kubeconfig-abcdef']
    await api.ask('POST', path, {
      metadata: { name: 'cluster-info' },
      data: { kubeconfig: 'server: here', other: 'o' },
    })
    await introduce({ ...data, 'usage-bootstrap-signing': 'true' })
    const signatureOf = (text: string): string => {
      const header = Buffer.from('{"alg":"HS256","kid":"abcdef"}').toString('base64url')
      const signing = `${header}.${Buffer.from(text).toString('base64url')}`
      return `${header}..${createHmac('sha256', '0123456789abcdef').update(signing).digest('base64url')}`
    }
    await eventually(async () => assert.equal(await signed(), signatureOf('server: here')))
    await api.ask('PATCH', `${path}/cluster-info`, { data: { kubeconfig: 'server: there' } })
    await eventually(async () => assert.equal(await signed(), signatureOf('server: there')))
    await api.ask('DELETE', `${system}/bootstrap-token-abcdef`)
    await eventually(async () => assert.equal(await signed(), undefined))
    assert.equal((await api.ask('GET', `${path}/cluster-info`)).body.data.other, 'o')
  })
})
