import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServedKind } from '@flotilla/kube'
import { kindText, label, type Manifest } from '@flotilla/sdk'
import { binding, fakeClient, manifest, Objects } from '@flotilla/sdk/testing'
import type { Control } from './control.ts'
import { covers, familyText, type Scope, scopeFor } from './scope.ts'

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
const served = (apiVersion: string, kind: string, plural: string, scope: ServedKind['scope'] = 'Namespaced') => ({
  apiVersion,
  kind,
  plural,
  scope,
  verbs,
})
const policies = 'policy.karmada.io/v1alpha1'
const kinds: readonly ServedKind[] = [
  served('v1', 'ConfigMap', 'configmaps'),
  served('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', 'Cluster'),
  served(policies, 'PropagationPolicy', 'propagationpolicies'),
  served(policies, 'ClusterPropagationPolicy', 'clusterpropagationpolicies', 'Cluster'),
  served(policies, 'OverridePolicy', 'overridepolicies'),
  served(policies, 'ClusterOverridePolicy', 'clusteroverridepolicies', 'Cluster'),
  served('cluster.karmada.io/v1alpha1', 'Cluster', 'clusters', 'Cluster'),
  served('config.karmada.io/v1alpha1', 'ResourceInterpreterCustomization', 'customizations', 'Cluster'),
]

function controlOf(...objects: readonly Manifest[]): Control {
  const byText = new Map(kinds.map((kind) => [kindText(kind), kind]))
  const discovery = {
    kinds: async () => kinds,
    served: async () => ({ kinds, missing: [] }),
    find: async (apiVersion: string, kind: string) => byText.get(kindText({ apiVersion, kind })),
    forget: () => {},
  }
  const identity = { server: 'https://control' }
  return { client: fakeClient(new Objects(objects)), discovery, identity, namespace: 'default' }
}

const map = (namespace: string, name: string): Manifest => manifest('v1', 'ConfigMap', { namespace, name })
const selecting = (...resourceSelectors: readonly object[]): object => ({ resourceSelectors })
const maps = { apiVersion: 'v1', kind: 'ConfigMap' }
const roles = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }

const policy = (kind: string, metadata: Parameters<typeof manifest>[2], spec: object): Manifest => ({
  ...manifest(policies, kind, metadata),
  spec,
})

const clusterWide = (spec: object, labels: Record<string, string> = {}): Manifest =>
  policy('ClusterPropagationPolicy', { name: 'wide', labels }, spec)

const role = familyText(roles)
const there = [map('shop', 'web'), map('market', 'web'), map('bank', 'safe')]

interface Case {
  readonly there?: readonly Manifest[]
  readonly written: readonly Manifest[]
  readonly is: Partial<Record<'namespaces' | 'kinds', readonly string[]>> & { readonly everything?: true }
}

const cases: Readonly<Record<string, Case>> = {
  'a template is about its namespace': { written: [map('shop', 'web')], is: { namespaces: ['shop'] } },
  'a cluster-scoped template is about its kind': {
    written: [manifest(roles.apiVersion, roles.kind, { name: 'reader' })],
    is: { kinds: [role] },
  },
  'a policy is about its namespace': {
    written: [policy('PropagationPolicy', { namespace: 'shop', name: 'web' }, selecting(maps))],
    is: { namespaces: ['shop'] },
  },
  'a cluster-wide policy is about the namespaces of what it selects': {
    written: [clusterWide(selecting(maps))],
    is: { namespaces: ['bank', 'market', 'shop'] },
  },
  'a selector with a name looks for that name': {
    written: [clusterWide(selecting({ ...maps, name: 'web' }))],
    is: { namespaces: ['market', 'shop'] },
  },
  'a selector with a namespace need not look': {
    written: [clusterWide(selecting({ ...maps, namespace: 'empty' }))],
    is: { namespaces: ['empty'] },
  },
  'a selector of cluster-scoped kinds is about the kind': {
    written: [clusterWide(selecting(roles))],
    is: { kinds: [role] },
  },
  'a policy is also about what it selected before': {
    there: [clusterWide(selecting({ ...maps, name: 'safe' }))],
    written: [clusterWide(selecting({ ...maps, name: 'nothing' }))],
    is: { namespaces: ['bank'] },
  },
  'and about what it claims, whatever it selects': {
    there: [
      clusterWide(selecting({ ...maps, name: 'nothing' }), { [label.clusterPropagationPolicyId]: 'id' }),
      binding({
        namespace: 'market',
        name: 'web-configmap',
        labels: { [label.clusterPropagationPolicyId]: 'id' },
      }),
    ],
    written: [clusterWide(selecting({ ...maps, name: 'nothing' }))],
    is: { namespaces: ['market'] },
  },
  'cluster-wide overrides without selectors are about everything': {
    written: [policy('ClusterOverridePolicy', { name: 'all' }, {})],
    is: { everything: true },
  },
  'those with selectors are about the namespaces of what they select': {
    written: [policy('ClusterOverridePolicy', { name: 'safe' }, selecting({ ...maps, name: 'safe' }))],
    is: { namespaces: ['bank'] },
  },
  'a cluster is about everything': {
    written: [manifest('cluster.karmada.io/v1alpha1', 'Cluster', { name: 'paris' })],
    is: { everything: true },
  },
  'an interpreter is about the namespaces of its kind': {
    written: [
      {
        ...manifest('config.karmada.io/v1alpha1', 'ResourceInterpreterCustomization', { name: 'maps' }),
        spec: { target: maps },
      },
    ],
    is: { namespaces: ['bank', 'market', 'shop'] },
  },
  'what is not valid is about what can be read of it': {
    written: [manifest(policies, 'ClusterPropagationPolicy', { name: 'bare' }), map('shop', 'web')],
    is: { namespaces: ['shop'] },
  },
}
for (const [name, given] of Object.entries(cases)) {
  test(name, async () => {
    const control = controlOf(...there, ...(given.there ?? []))
    const scope = await scopeFor(control, given.written, AbortSignal.timeout(10_000))
    assert.equal(scope.everything, given.is.everything ?? false)
    if (scope.everything) return
    assert.deepEqual([...scope.namespaces].sort(), given.is.namespaces ?? [])
    assert.deepEqual([...scope.kinds], given.is.kinds ?? [])
  })
}

test('a scope covers its namespaces and kinds', () => {
  const scope: Scope = { namespaces: new Set(['shop']), kinds: new Set([role]), everything: false }
  assert.ok(covers(scope, map('shop', 'web')))
  assert.ok(!covers(scope, map('bank', 'safe')))
  assert.ok(covers(scope, manifest(roles.apiVersion, roles.kind, { name: 'reader' })))
  assert.ok(!covers(scope, manifest('v1', 'Node', { name: 'one' })))
  assert.ok(covers({ ...scope, everything: true }, map('bank', 'safe')))
})
