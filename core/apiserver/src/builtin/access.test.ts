import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const rules = (rule: Fields): Fields => ({ rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], ...rule }] })
const roleRef = { kind: 'ClusterRole', name: 'r' }
const binding = (fields: Fields = {}): Fields => ({ roleRef, subjects: [{ kind: 'User', name: 'jane' }], ...fields })

examine('Role', [
  ['is fine empty', {}, []],
  ['is fine with a rule', rules({}), []],
  ['rules have verbs', rules({ verbs: [] }), ['rules[0].verbs: Required value: verbs must contain at least one value']],
  [
    'rules have groups',
    rules({ apiGroups: [] }),
    ['rules[0].apiGroups: Required value: resource rules must supply at least one api group'],
  ],
  [
    'rules have resources',
    rules({ resources: [] }),
    ['rules[0].resources: Required value: resource rules must supply at least one resource'],
  ],
  [
    'rules of a namespace are not of paths',
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] },
    ['rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs'],
  ],
])

examine('ClusterRole', [
  ['rules may be of paths', { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] }, []],
  [
    'but not of both',
    rules({ nonResourceURLs: ['/healthz'] }),
    [
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  ],
])

examine('RoleBinding', [
  ['is fine', binding(), []],
  [
    'binds a role',
    { subjects: [] },
    ['roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"', 'roleRef.name: Required value'],
  ],
  [
    'binds a known kind',
    binding({ roleRef: { kind: 'Pod', name: 'r' } }),
    ['roleRef.kind: Unsupported value: "Pod": supported values: "Role", "ClusterRole"'],
  ],
  [
    'binds to a known kind',
    binding({ subjects: [{ kind: 'Cat', name: 'c' }] }),
    ['subjects[0].kind: Unsupported value: "Cat": supported values: "ServiceAccount", "User", "Group"'],
  ],
  [
    'users are of the group',
    binding({ subjects: [{ kind: 'User', name: 'j', apiGroup: 'x' }] }),
    ['subjects[0].apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"'],
  ],
  ['accounts may be of its own namespace', binding({ subjects: [{ kind: 'ServiceAccount', name: 'a' }] }), []],
  [
    'keeps its role',
    binding({ roleRef: { kind: 'Role', name: 'other' } }),
    [
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef',
    ],
    binding(),
  ],
])

examine('ClusterRoleBinding', [
  [
    'does not bind roles of a namespace',
    binding({ roleRef: { kind: 'Role', name: 'r' } }),
    ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
  ],
  [
    'accounts have a namespace',
    binding({ subjects: [{ kind: 'ServiceAccount', name: 'a' }] }),
    ['subjects[0].namespace: Required value'],
  ],
])

test('users and groups are of the group of roles, accounts are not', () => {
  const subjects = [
    { kind: 'User', name: 'u' },
    { kind: 'Group', name: 'g' },
    { kind: 'ServiceAccount', name: 's' },
  ]
  const created = stored(object('RoleBinding', binding({ subjects })))
  const group = { apiGroup: 'rbac.authorization.k8s.io' }
  assert.deepEqual(
    [created.roleRef, created.subjects],
    [{ ...roleRef, ...group }, [{ ...subjects[0], ...group }, { ...subjects[1], ...group }, subjects[2]]],
  )
  assert.equal(stored(created, created), created)
})

test('kubectl get', () => {
  const subjects = [
    { kind: 'User', name: 'u' },
    { kind: 'User', name: 'v' },
    { kind: 'ServiceAccount', namespace: 'ns', name: 's' },
  ]
  assert.deepEqual(row(object('RoleBinding', binding({ subjects })), now, true), [
    'test',
    'ClusterRole/r',
    undefined,
    'u, v',
    '',
    'ns/s',
  ])
  assert.deepEqual(row(object('Role', {}, { creationTimestamp: 'then' }), now), ['test', 'then'])
})
