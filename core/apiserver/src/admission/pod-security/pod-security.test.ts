import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../../testing/server.ts'
import { type Standard, violationsOf } from './standard.ts'

type Fields = Readonly<Record<string, unknown>>

const container = (name: string, securityContext?: Fields) => ({
  name,
  image: 'x',
  ...(securityContext && { securityContext }),
})
const spec = (fields: Fields = {}) => ({ containers: [container('c')], ...fields })
const pod = (fields: Fields = {}, metadata: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: spec(fields),
})
const safe = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container('c', { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } })],
}

describe('a standard for Pods', () => {
  const reasons = (standard: Standard, fields: Fields) => violationsOf(standard, { spec: spec(fields) })?.reasons
  const cases: readonly (readonly [string, Standard['level'], string, Fields, string | undefined])[] = [
    ['is kept by a careful one', 'restricted', 'latest', safe, undefined],
    ['wants nothing', 'privileged', 'latest', { hostNetwork: true }, undefined],
    ['lets be what is usual', 'baseline', 'latest', {}, undefined],
    ['knows the host', 'baseline', 'latest', { hostPID: true }, 'host namespaces'],
    [
      'replaces what it is stricter about',
      'restricted',
      'latest',
      { ...safe, volumes: [{ name: 'v', hostPath: { path: '/' } }] },
      'restricted volume types',
    ],
    ['wanted less once', 'restricted', 'v1.7', { securityContext: { runAsNonRoot: true } }, undefined],
    [
      'of a version to come is the newest',
      'restricted',
      'v1.99',
      {},
      'allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    ],
    [
      'did not know Windows',
      'restricted',
      'v1.24',
      { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } },
      'allowPrivilegeEscalation != false, unrestricted capabilities, seccompProfile',
    ],
    [
      'spares Windows',
      'restricted',
      'v1.25',
      { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } },
      undefined,
    ],
  ]
  for (const [name, level, version, fields, wrong] of cases)
    test(name, () => assert.equal(reasons({ level, version }, fields), wrong))
})

describe('a namespace with a standard', () => {
  let server: TestServer
  const label = (name: string) => `pod-security.kubernetes.io/${name}`
  const namespace = (name: string, labels: Fields) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  })
  const create = async (name: string, labels: Fields): Promise<string> => {
    assert.equal((await server.ask('POST', '/api/v1/namespaces', namespace(name, labels))).code, 201)
    return `/api/v1/namespaces/${name}`
  }
  const warnings = async (method: string, path: string, body: object): Promise<readonly string[]> => {
    const user = { name: 'admin', groups: ['system:masters'] }
    const contentType = 'application/merge-patch+json'
    const answer = await server.server.handle({ method, path, query: {}, user, contentType, body: () => body })
    assert.ok('code' in answer && answer.code < 300)
    return answer.warnings ?? []
  }

  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  test('refuses what does not keep it, and only that', async () => {
    const base = await create('strict', { [label('enforce')]: 'restricted' })
    assert.equal((await server.ask('POST', `${base}/pods`, pod(safe))).code, 201)
    const { code, body } = await server.ask('POST', `${base}/pods`, pod({}, { name: 'q' }))
    assert.equal(code, 403)
    assert.match(
      body.message,
      /^pods "q" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation/,
    )
  })

  test('looks at a Pod again only when what runs in it changes', async () => {
    const base = await create('late', {})
    await server.ask('POST', `${base}/pods`, pod())
    await server.ask('PATCH', base, { metadata: { labels: { [label('enforce')]: 'restricted' } } })
    const patch = (body: object) => server.ask('PATCH', `${base}/pods/p`, body)
    assert.equal((await patch({ metadata: { labels: { a: 'b' } } })).code, 200)
    assert.equal((await patch({ spec: { containers: [{ name: 'c', image: 'y' }] } })).code, 403)
  })

  test('warns of workloads, and of the Pods that are there', async () => {
    const base = await create('warning', { [label('warn')]: 'baseline' })
    const bad = { hostNetwork: true }
    const template = { metadata: { labels: { a: 'b' } }, spec: spec(bad) }
    const said = ['would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)']
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    }
    assert.deepEqual(await warnings('POST', '/apis/apps/v1/namespaces/warning/deployments', deployment), said)
    assert.deepEqual(await warnings('POST', `${base}/pods`, pod(bad)), said)
    await warnings('POST', `${base}/pods`, pod(bad, { name: 'q' }))
    assert.deepEqual(await warnings('PATCH', base, { metadata: { labels: { [label('enforce')]: 'baseline' } } }), [
      'existing pods in namespace "warning" violate the new PodSecurity enforce level "baseline:latest"',
      'p (and 1 other pod): host namespaces',
    ])
  })

  test('has to be one', async () => {
    const wrong = await server.ask('POST', '/api/v1/namespaces', namespace('wrong', { [label('enforce')]: 'foo' }))
    assert.deepEqual(
      [wrong.code, wrong.body.details.causes],
      [
        422,
        [
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: "foo": must be one of privileged, baseline, restricted',
            field: `metadata.labels[${label('enforce')}]`,
          },
        ],
      ],
    )
  })
})
