import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attributes } from '../access/attributes.ts'
import { type AuditPolicy, readAuditPolicy, wantedBy } from './audit-policy.ts'

const user = { name: 'jane', groups: ['devs', 'system:authenticated'] }
const wanted = (verb: string, resource: string, more: object = {}): Attributes => ({
  user,
  verb,
  group: '',
  version: 'v1',
  resource,
  namespace: 'default',
  ...more,
})

const policy: AuditPolicy = readAuditPolicy({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', users: ['system:kube-proxy'] },
    { level: 'None', nonResourceURLs: ['/healthz*', '/version'] },
    { level: 'RequestResponse', resources: [{ group: '', resources: ['pods'] }] },
    { level: 'Request', resources: [{ group: '', resources: ['pods/*', 'configmaps'], resourceNames: ['a'] }] },
    { level: 'Request', verbs: ['delete'], namespaces: ['kube-system', ''] },
    { level: 'Metadata', userGroups: ['devs'], omitStages: ['ResponseStarted'] },
  ],
})

describe('a policy says what is written of', () => {
  const cases: readonly (readonly [string, Attributes, string])[] = [
    ['somebody', { ...wanted('get', 'pods'), user: { name: 'system:kube-proxy', groups: [] } }, 'None'],
    ['a path', { user, verb: 'get', path: '/healthz/etcd' }, 'None'],
    ['another path', { user, verb: 'get', path: '/metrics' }, 'Metadata'],
    ['a resource', wanted('create', 'pods'), 'RequestResponse'],
    ['what is below it, by name', wanted('get', 'pods', { subresource: 'log', name: 'a' }), 'Request'],
    ['what is below it', wanted('get', 'pods', { subresource: 'log', name: 'b' }), 'Metadata'],
    ['what belongs to no namespace', wanted('delete', 'nodes', { namespace: undefined }), 'Request'],
    ['what is elsewhere', wanted('delete', 'secrets'), 'Metadata'],
    ['strangers', { ...wanted('get', 'secrets'), user: { name: 'joe', groups: [] } }, 'None'],
  ]
  for (const [name, attributes, level] of cases)
    test(name, () => assert.equal(wantedBy(policy, attributes).level, level))

  test('which stages', () =>
    assert.deepEqual(wantedBy(policy, wanted('list', 'secrets')).omits, ['RequestReceived', 'ResponseStarted']))
})

test('a policy says all that is wrong with it', () => {
  const wrong = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    rules: [
      { level: 'All', verb: ['get'] },
      { level: 'None', resources: ['pods'], nonResourceURLs: ['/x'], omitStages: ['End'], users: 'jane' },
    ],
  }
  assert.throws(() => readAuditPolicy(wrong), {
    message: [
      'rules[0]: there is no field verb',
      'rules[0].level: has to be one of None, Metadata, Request, RequestResponse',
      'rules[1].users: has to be a list of texts',
      'rules[1].resources: has to be a list of group, resources and resourceNames',
      'rules[1].nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs',
      'rules[1].omitStages: there is no stage End',
    ].join('; '),
  })
  assert.throws(() => readAuditPolicy({}), /it is no Policy of audit.k8s.io\/v1; rules: has to have/)
})
