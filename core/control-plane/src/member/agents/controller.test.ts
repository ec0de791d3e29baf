import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { type CertificateSigningRequest, clientSigner, requestFor, signingRequestKind } from '@flotilla/kube'
import { type Client, type Cluster, clusterKind, type Manifest } from '@flotilla/sdk'
import { cluster, manifest } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { agentControllers } from './controller.ts'
import { agentOf } from './identity.ts'
import { clusterRoleKind, roleKind } from './rights.ts'

let machine: TestMachine
afterEach(() => machine.end())

/** A machine whose API server says what users may do, by `user verb resource/subresource`. */
function start(objects: readonly Manifest[], allows: (asked: string) => boolean = () => true): void {
  machine = testMachine({ objects })
  const review = (object: unknown) => {
    const { spec } = object as { spec: { user: string; resourceAttributes: Readonly<Record<string, string>> } } // of our own making
    const { verb, resource, subresource } = spec.resourceAttributes
    return { ...(object as Manifest), status: { allowed: allows(`${spec.user} ${verb} ${resource}/${subresource}`) } }
  }
  const create: Client['create'] = async (kind, object, options) =>
    kind.kind === 'SubjectAccessReview'
      ? (review(object) as typeof object)
      : machine.client.create(kind, object, options)
  const update: Client['update'] = async (kind, object, { subresource, ...options } = {}) =>
    machine.client.update(kind, object, { ...options, ...(subresource && { subresource: 'status' }) }) // as approvals are kept
  machine.run(agentControllers({ ...machine, client: { ...machine.client, create, update } }))
}

const token = 'system:bootstrap:abcdef'

async function asking(name: string, username = token, said: object = { id: '1', region: 'eu' }): Promise<Manifest> {
  const { request } = await requestFor(agentOf(name))
  return {
    ...manifest('certificates.k8s.io/v1', 'CertificateSigningRequest', {
      name: `${name}-abcde`,
      annotations: { 'cluster.flotilla.dev/registration': JSON.stringify(said) },
    }),
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: clientSigner,
      usages: ['digital signature', 'client auth'],
      username,
    },
  }
}

const decision = (name = 'paris-abcde') => {
  const request = machine.objects.get(signingRequestKind, { name }) as CertificateSigningRequest | undefined
  return request?.status?.conditions?.[0]
}
const paris = () => machine.objects.get(clusterKind, { name: 'paris' }) as Cluster | undefined

describe('who shows a token', () => {
  test('has a cluster registered, and an agent let in', async () => {
    start([await asking('paris')])
    await machine.until(() => decision()?.type === 'Approved')
    assert.equal(decision()?.reason, 'AutoApproved')
    assert.deepEqual(paris()?.spec, { syncMode: 'Pull', id: '1', region: 'eu' })
  })
  test('does not take the place of an agent', async () => {
    start([cluster({ name: 'paris', syncMode: 'Pull', id: '1' }), await asking('paris')])
    await machine.until(() => decision()?.type === 'Denied')
    assert.match(decision()?.message ?? '', /there is a cluster paris/)
  })
  test('that lets nobody in waits for an administrator', async () => {
    start([await asking('paris', 'anna')], (asked) => !asked.startsWith('anna '))
    await machine.quiet()
    assert.equal(decision(), undefined)
    assert.equal(paris(), undefined)
    const request = machine.objects.get(signingRequestKind, { name: 'paris-abcde' }) as Manifest // it is there
    machine.objects.put({ ...request, status: { conditions: [{ type: 'Approved', status: 'True' }] } })
    await machine.until(() => paris() !== undefined)
  })
})

test('an agent renews its own certificate, and nobody else gets one', async () => {
  const agent = agentOf('paris').name
  const allows = (asked: string) => asked === `${agent} create certificatesigningrequests/selfclusteragent`
  start(
    [
      cluster({ name: 'paris', syncMode: 'Pull', id: '1' }),
      await asking('paris', agent),
      await asking('rome', agent, { id: '2' }),
    ],
    allows,
  )
  await machine.until(() => decision()?.type === 'Approved')
  await machine.quiet()
  assert.equal(decision('rome-abcde'), undefined)
  assert.equal(machine.objects.get(clusterKind, { name: 'rome' }), undefined)
})

test('a request of somebody else is not looked at', async () => {
  const { request } = await requestFor({ name: 'anna', groups: ['people'] })
  const theirs = await asking('paris')
  start([{ ...theirs, spec: { ...(theirs.spec as object), request: Buffer.from(request).toString('base64') } }])
  await machine.quiet()
  assert.deepEqual(machine.writes, [])
})

describe('the rights of an agent', () => {
  const namespace = manifest('v1', 'Namespace', { name: 'karmada-es-paris' })
  test('are there when its namespace is, and written once', async () => {
    start([cluster({ name: 'paris', uid: 'u', syncMode: 'Pull' }), namespace])
    const key = { name: 'flotilla:agent:paris' }
    await machine.until(() => machine.objects.get(roleKind, { ...key, namespace: 'karmada-es-paris' }) !== undefined)
    assert.ok(machine.objects.get(clusterRoleKind, key))
    await machine.quiet()
    assert.equal(machine.writes.length, 6)
  })
  test('are not those of a cluster in push mode', async () => {
    start([cluster({ name: 'paris', uid: 'u' }), namespace])
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
  })
})
