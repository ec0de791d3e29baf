import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { startIssuer, type TestIssuer } from '../issuer.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { newDataDir, type Up, up } from '../up.ts'

/** CN=jane, O=devs, and the key it was made with. */
const request = `-----BEGIN CERTIFICATE REQUEST-----
MIHYMIGAAgEAMB4xDTALBgNVBAoMBGRldnMxDTALBgNVBAMMBGphbmUwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARxhjRBYGNEcqSEun+bgQXTAvXESivU8IFL9v1a
xFC+7Bq56aBba2qQr99qWXwmVc+CSZ49c8EVZL4YryzIwZdFoAAwCgYIKoZIzj0E
AwIDRwAwRAIgFIjZ1JT4r3fX4fNIb3He22ZXCN4uLvXKinzwXJHXE0cCIAeJgsI0
Kg99mJCXAGWvavTPT/xYdqU1MyX7tnCNy6p/
-----END CERTIFICATE REQUEST-----
`
const key = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEICuXCDuOIToYePpvoili6sMBUMBejhZEsKZ6BrcSWCaPoAoGCCqGSM49
AwEHoUQDQgAEcYY0QWBjRHKkhLp/m4EF0wL1xEor1PCBS/b9WsRQvuwauemgW2tq
kK/fall8JlXPgkmePXPBFWS+GK8syMGXRQ==
-----END EC PRIVATE KEY-----
`

describe('people and programs that are not administrators', () => {
  let fleet: Up
  let k: Kubectl
  let audit: string
  let issuer: TestIssuer

  before(async () => {
    audit = join(newDataDir(), 'audit.log')
    issuer = await startIssuer()
    const configuration = join(newDataDir(), 'authentication.yaml')
    const { url, ca } = issuer
    const jwt = [
      {
        issuer: { url, audiences: ['flotilla'], certificateAuthority: ca },
        claimMappings: { username: { claim: 'sub', prefix: 'oidc:' }, groups: { claim: 'groups', prefix: '' } },
      },
    ]
    const head = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' }
    writeFileSync(configuration, stringify({ ...head, jwt }))
    const policy = join(newDataDir(), 'policy.yaml')
    const rules = [{ level: 'None', verbs: ['watch'] }, { level: 'Metadata' }]
    writeFileSync(policy, stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }))
    const logging = ['--audit-log', audit, '--audit-policy', policy]
    fleet = await up({ members: 1, args: [...logging, '--authentication-config', configuration] })
    k = kubectl(fleet.kubeconfig)
    await k('create', 'configmap', 'settings', '--from-literal', 'a=b')
  })
  after(async () => {
    await fleet.stop()
    await issuer[Symbol.asyncDispose]()
  })

  /** kubectl with another identity, at the control plane or at a member. */
  const someone = (name: string, user: object, context = 'flotilla'): Kubectl => {
    const config = parse(readFileSync(fleet.kubeconfig, 'utf8'))
    config['current-context'] = context
    config.users[0].user = user
    const file = join(fleet.dataDir, `${name}.kubeconfig`)
    writeFileSync(file, stringify(config))
    return kubectl(file)
  }

  const mayGet = async (asking: Kubectl, ...args: readonly string[]): Promise<string> =>
    (await asking.run(['auth', 'can-i', 'get', ...args])).out.trim()

  const refused = async (asking: Kubectl, ...args: readonly string[]): Promise<string> => {
    const { code, err } = await asking.run(args)
    assert.equal(code, 1)
    return err
  }

  test('may what roles say, from the moment they say it', async () => {
    assert.equal(await mayGet(k, 'configmaps', '--as', 'jane'), 'no')
    assert.match(
      await refused(k, 'get', 'configmaps', '--as', 'jane'),
      /Forbidden.*User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"/,
    )
    await k('create', 'role', 'reader', '--verb', 'get,list', '--resource', 'configmaps')
    await k('create', 'rolebinding', 'jane', '--role', 'reader', '--user', 'jane')
    assert.equal(await mayGet(k, 'configmaps', '--as', 'jane'), 'yes')
    assert.match(await k('get', 'configmaps', '--as', 'jane'), /^settings /m)
    assert.match(await refused(k, 'delete', 'configmap', 'settings', '--as', 'jane'), /Forbidden/)
    assert.match(await k('auth', 'can-i', '--list', '--as', 'jane'), /^configmaps .*\[get list\]$/m)
  })

  test('come with the token of an OpenID provider, to the control plane and to members', async () => {
    const token = issuer.token({ sub: 'olga', groups: ['devs'] })
    for (const context of ['flotilla', 'member1'])
      assert.match(await someone('olga', { token }, context)('auth', 'whoami'), /^Username +oidc:olga$/m)
    const olga = someone('olga', { token })
    assert.equal(await mayGet(olga, 'secrets'), 'no')
    await k('create', 'rolebinding', 'devs', '--clusterrole', 'view', '--group', 'devs')
    assert.equal(await mayGet(olga, 'configmaps'), 'yes')
    const other = someone('other', { token: issuer.token({ sub: 'olga', aud: 'else' }) })
    assert.match(await refused(other, 'get', 'configmaps'), /Unauthorized|must be logged in/)
  })

  test('say who they are, and take the place of others where they may', async () => {
    assert.match(await k('auth', 'whoami'), /^Username +flotilla-admin$/m)
    assert.match(
      await k('auth', 'whoami', '--as', 'jane', '--as-group', 'devs'),
      /^Groups +\[devs system:authenticated\]$/m,
    )
    const token = await k('create', 'token', 'default')
    const robot = someone('impersonator', { token: token.trim() })
    assert.match(await refused(robot, 'get', 'configmaps', '--as', 'jane'), /cannot impersonate resource "users"/)
  })

  test('do not give what they do not have', async () => {
    await k('create', 'rolebinding', 'lead', '--clusterrole', 'admin', '--user', 'lea')
    await k('create', 'role', 'within', '--verb', 'get', '--resource', 'pods', '--as', 'lea')
    const beyond = ['create', 'role', 'beyond', '--verb', 'get', '--resource', 'nodes', '--as', 'lea']
    assert.match(
      await refused(k, ...beyond),
      /attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["nodes"\], Verbs:\["get"\]\}/,
    )
  })

  test('are service accounts, with a token as long as there is one', async () => {
    await k('create', 'serviceaccount', 'robot')
    await k('create', 'rolebinding', 'robot', '--clusterrole', 'view', '--serviceaccount', 'default:robot')
    const token = (await k('create', 'token', 'robot', '--duration', '1h')).trim()
    const robot = someone('robot', { token })
    assert.match(await robot('auth', 'whoami'), /^Username +system:serviceaccount:default:robot$/m)
    assert.match(await robot('get', 'configmaps'), /^settings /m)
    assert.match(await refused(robot, 'get', 'secrets'), /Forbidden/)
    assert.match(await refused(someone('abroad', { token }, 'member1'), 'get', 'configmaps'), /Unauthorized|logged in/)
    await k('delete', 'serviceaccount', 'robot')
    assert.match(await refused(robot, 'get', 'configmaps'), /Unauthorized|logged in/)
  })

  test('have a certificate that was asked for and approved', async () => {
    const csr = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'jane' },
      spec: {
        request: Buffer.from(request).toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
        expirationSeconds: 3600,
      },
    }
    const { code, err } = await k.run(['create', '-f', '-'], JSON.stringify(csr))
    assert.equal(code, 0, err)
    assert.match(await k('get', 'csr', 'jane'), /kube-apiserver-client +flotilla-admin +60m +Pending/)
    await k('certificate', 'approve', 'jane')
    const certificate = await eventually(async () => {
      const { status } = await k.json('csr', 'jane')
      assert.ok(status.certificate)
      return status.certificate as string
    })
    assert.equal(new X509Certificate(Buffer.from(certificate, 'base64')).subject, 'O=devs\nCN=jane')
    const jane = someone('jane', {
      'client-certificate-data': certificate,
      'client-key-data': Buffer.from(key).toString('base64'),
    })
    assert.match(await jane('auth', 'whoami'), /^Groups +\[devs system:authenticated\]$/m)
    assert.match(await jane('get', 'configmaps'), /^settings /m)
  })

  test('leave a trace of what they did', async () => {
    await refused(k, 'delete', 'configmap', 'settings', '--as', 'joe')
    const events = readFileSync(audit, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Json)
    const [event] = events
      .filter(({ impersonatedUser, objectRef }) => impersonatedUser?.username === 'joe' && objectRef)
      .slice(-1)
    assert.deepEqual(
      [event.verb, event.objectRef.name, event.user.username, event.responseStatus.code],
      ['delete', 'settings', 'flotilla-admin', 403],
    )
    assert.ok(events.every(({ verb }) => verb !== 'watch'))
    assert.equal(statSync(audit).mode & 0o77, 0)
  })

  test('are shown what everyone may know of tokens', async () => {
    const { issuer } = JSON.parse(await k('get', '--raw', '/.well-known/openid-configuration'))
    const { keys } = JSON.parse(await k('get', '--raw', '/openid/v1/jwks'))
    const token = await k('create', 'token', 'default')
    const [head = '', claims = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    assert.equal(JSON.parse(claims).iss, issuer)
    assert.equal(JSON.parse(head).kid, keys[0].kid)
  })
})
