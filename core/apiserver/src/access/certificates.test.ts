import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, mock, test } from 'node:test'
import { jane, node } from '../testing/certificate-requests.ts'
import { type Reply, startServer, type TestServer } from '../testing/server.ts'
import { type Authority, openAuthority } from '../tls.ts'
import { inProcessTransport } from '../transport.ts'

const dir = await mkdtemp(join(tmpdir(), 'apiserver-certificates-'))
after(() => rm(dir, { recursive: true }))

const csrs = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const client = 'kubernetes.io/kube-apiserver-client'
const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet'
const serving = 'kubernetes.io/kubelet-serving'
const usual = ['digital signature', 'client auth']

let now: Date
let authority: Authority
let api: TestServer

beforeEach(async () => {
  now = new Date()
  mock.timers.enable({ apis: ['setInterval'] })
  authority = await openAuthority({ dir, now: () => now })
  api = await startServer({ access: { authority }, now: () => now })
})
afterEach(async () => {
  await api.close()
  mock.timers.reset()
  assert.deepEqual(api.log.errors, [])
})

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

const ask = (name: string, spec: object): Promise<Reply> =>
  api.ask('POST', csrs, { metadata: { name }, spec: { request: jane, signerName: client, usages: usual, ...spec } })

const decide = (name: string, type: string): Promise<Reply> =>
  api.ask('PATCH', `${csrs}/${name}/approval`, {
    status: { conditions: [{ type, status: 'True', reason: 'r', message: 'm' }] },
  })

const statusOf = async (name: string) => (await api.ask('GET', `${csrs}/${name}`)).body.status ?? {}

const issued = async (name: string): Promise<X509Certificate> => {
  await eventually(async () => assert.ok((await statusOf(name)).certificate))
  return new X509Certificate(Buffer.from((await statusOf(name)).certificate, 'base64'))
}

describe('a certificate', () => {
  test('is issued when it is approved, as it was asked for', async () => {
    await ask('j', { expirationSeconds: 86400 })
    assert.deepEqual(await statusOf('j'), {})
    assert.equal((await decide('j', 'Approved')).code, 200)
    const certificate = await issued('j')
    assert.equal(certificate.subject, 'O=devs\nCN=jane')
    assert.ok(certificate.verify(new X509Certificate(authority.ca).publicKey))
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2'])
    assert.equal(certificate.ca, false)
    assert.equal(certificate.validToDate.getTime(), Math.floor(now.getTime() / 1000) * 1000 + 86_400_000)
  })

  test('is for a year when nobody says, and never for longer', async () => {
    await ask('j', { expirationSeconds: 10 * 365 * 86_400 })
    await decide('j', 'Approved')
    const life = (await issued('j')).validToDate.getTime() - now.getTime()
    assert.ok(life <= 365 * 86_400_000)
  })

  test('that is denied is not issued', async () => {
    await ask('j', {})
    await decide('j', 'Denied')
    assert.equal((await decide('j', 'Approved')).code, 422)
    assert.equal((await statusOf('j')).certificate, undefined)
  })

  const failures: readonly [sentence: string, spec: object, why: RegExp][] = [
    ['of a client is for clients', { usages: ['server auth'] }, /usages did not match/],
    ['of a client is for nothing else', { usages: ['client auth', 'server auth'] }, /usages did not match/],
    ['of a node is for a node', { signerName: kubelet }, /the subject is not a node/],
    [
      'of a server names it',
      { signerName: serving, request: node, usages: ['digital signature', 'server auth'] },
      /alternative names/,
    ],
  ]
  for (const [sentence, spec, why] of failures) {
    test(sentence, async () => {
      await ask('f', spec)
      await decide('f', 'Approved')
      await eventually(async () => assert.equal((await statusOf('f')).conditions?.length, 2))
      const { conditions, certificate } = await statusOf('f')
      assert.equal(certificate, undefined)
      assert.deepEqual([conditions[1].type, conditions[1].reason], ['Failed', 'SignerValidationFailure'])
      assert.match(conditions[1].message, why)
    })
  }

  test('of a signer nobody knows here is left to others', async () => {
    await ask('o', { signerName: 'example.com/other' })
    await decide('o', 'Approved')
    const certificate = Buffer.from(authority.ca).toString('base64')
    const { code } = await api.ask('PATCH', `${csrs}/o/status`, { status: { certificate } })
    assert.equal(code, 200)
    assert.equal((await statusOf('o')).conditions.length, 1)
  })

  test('of a node that may ask for it needs nobody', async () => {
    const user = { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] }
    const bootstrapper = inProcessTransport(api.server, user)
    const bind = (name: string, role: string) =>
      api.ask('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        metadata: { name },
        roleRef: { kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'Group', name: 'system:bootstrappers' }],
      })
    await bind('ask', 'system:node-bootstrapper')
    const create = async (name: string) =>
      (
        await bootstrapper.send({
          method: 'POST',
          path: csrs,
          body: { metadata: { name }, spec: { request: node, signerName: kubelet, usages: usual } },
        })
      ).status
    assert.equal(await create('before'), 201)
    await bind('approve', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient')
    assert.equal(await create('after'), 201)
    assert.equal((await issued('after')).subject, 'O=system:nodes\nCN=system:node:n1')
    assert.deepEqual(await statusOf('before'), {})
  })
})

test('what is done with goes', async () => {
  for (const name of ['pending', 'denied', 'approved']) await ask(name, {})
  await decide('denied', 'Denied')
  await decide('approved', 'Approved')
  await issued('approved')
  const secret = (id: string, expiration: string) =>
    api.ask('POST', '/api/v1/namespaces/kube-system/secrets', {
      metadata: { name: `bootstrap-token-${id}` },
      type: 'bootstrap.kubernetes.io/token',
      stringData: { 'token-id': id, 'token-secret': '0123456789abcdef', expiration },
    })
  await secret('aaaaaa', new Date(now.getTime() + 90 * 60_000).toISOString())
  await secret('bbbbbb', new Date(now.getTime() + 3 * 3600_000).toISOString())
  const left = async () => {
    const [requests, tokens] = [
      await api.ask('GET', csrs),
      await api.ask('GET', '/api/v1/namespaces/kube-system/secrets'),
    ]
    const items = [...requests.body.items, ...tokens.body.items]
    return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name.slice(-6))
  }
  const later = async (hours: number, names: readonly string[]) => {
    now = new Date(now.getTime() + hours * 3600_000)
    mock.timers.tick(60_000)
    await eventually(async () => assert.deepEqual(await left(), names))
  }
  await later(0.9, ['proved', 'denied', 'ending', 'aaaaaa', 'bbbbbb'])
  await later(1, ['ending', 'bbbbbb'])
  await later(23, [])
})
