import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CertificateSigningRequest, clientSigner, type Requested, readRequest, requestFor } from '@flotilla/kube'
import { agentOf, clusterOfAgent } from './identity.ts'
import { faultOf, isForAgent, subresourceFor } from './request.ts'

const usages = ['digital signature', 'key encipherment', 'client auth']
const asking = (spec: Partial<CertificateSigningRequest['spec']> = {}): CertificateSigningRequest => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'paris-abcde' },
  spec: { request: '', signerName: clientSigner, usages, username: 'system:bootstrap:abcdef', ...spec },
})
const paris: Requested = { ...agentOf('paris'), others: [] }

test('what an agent asks for is read from its request', async () => {
  const { request, key } = await requestFor(agentOf('paris'))
  assert.deepEqual(await readRequest(request), paris)
  assert.match(key, /^-----BEGIN PRIVATE KEY-----/)
  assert.equal(clusterOfAgent(paris.name), 'paris')
  await assert.rejects(readRequest('x'))
})

test('a request of somebody else is left to others', () => {
  assert.equal(isForAgent(asking(), { name: 'anna', groups: ['people'], others: [] }), false)
  assert.equal(isForAgent(asking({ signerName: 'example.com/own' }), paris), false)
  assert.equal(isForAgent(asking(), paris), true)
  assert.equal(isForAgent(asking(), { name: 'anna', groups: paris.groups, others: [] }), true)
})

describe('a request for an agent', () => {
  const cases: Readonly<Record<string, readonly [asked: CertificateSigningRequest, requested: Requested, fault?: RegExp]>> = {
    'as it should be': [asking(), paris],
    'without key encipherment': [asking({ usages: ['client auth', 'digital signature'] }), paris],
    'that wants to be an administrator, too': [asking(), { ...paris, groups: [...paris.groups, 'system:masters'] }, /in no other group/],
    'that is no agent': [asking(), { ...paris, name: 'anna' }, /anna is none/],
    'that has no name': [asking(), { ...paris, name: '' }, /a user without a name is none/],
    'for a server': [asking({ usages: [...usages, 'server auth'] }), paris, /not for .*server auth/],
    'with another name': [asking(), { ...paris, others: ['dns:example.com'] }, /wants dns:example\.com/],
  } // biome-ignore format: a table
  for (const [name, [asked, requested, fault]] of Object.entries(cases))
    test(name, () => {
      const found = faultOf(asked, requested)
      if (fault) assert.match(found ?? '', fault)
      else assert.equal(found, undefined)
    })
})

test('who renews its own certificate needs another right than who lets somebody in', () => {
  assert.equal(subresourceFor(asking(), paris), 'clusteragent')
  assert.equal(subresourceFor(asking({ username: paris.name }), paris), 'selfclusteragent')
  assert.equal(subresourceFor(asking({ username: agentOf('rome').name }), paris), 'clusteragent')
})
