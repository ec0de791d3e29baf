import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cluster } from '@flotilla/sdk/testing'
import { type Rule, rightsOf } from './rights.ts'

const rights = rightsOf(cluster({ name: 'paris', uid: 'u', syncMode: 'Pull' }))

test('an agent may do nothing beyond its own cluster but tell events, and read how kinds are interpreted', () => {
  const everywhere = rights.filter(({ kind }) => kind.kind === 'ClusterRole')
  const open = everywhere
    .flatMap(({ object }) => object.rules as readonly Rule[])
    .filter(({ resourceNames }) => !resourceNames)
  assert.deepEqual(
    open.flatMap(({ resources, verbs }) => resources.map((resource) => `${resource}: ${verbs.join()}`)),
    [
      'resourceinterpretercustomizations: get,list,watch',
      'resourceinterpreterwebhookconfigurations: get,list,watch',
      'resourceinterpretermodules: get,list,watch',
      'events: create,patch',
    ],
  )
})

test('all of it is for its user alone, in two namespaces and of its cluster', () => {
  const bindings = rights.filter(({ kind }) => kind.kind.endsWith('Binding'))
  for (const { object } of bindings)
    assert.deepEqual(object.subjects, [
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:karmada:agent:paris' },
    ])
  assert.deepEqual(
    bindings.map(({ object }) => object.metadata.namespace),
    [undefined, 'karmada-cluster', 'karmada-es-paris'],
  )
})

test('it goes with the Cluster, and in the namespace of its Works when those are gone', () => {
  for (const { object } of rights) {
    const { namespace, ownerReferences, finalizers } = object.metadata
    if (namespace === 'karmada-es-paris') assert.deepEqual(finalizers, ['karmada.io/cluster-controller'])
    else assert.deepEqual(ownerReferences?.map(({ name, uid }) => [name, uid]), [['paris', 'u']]) // biome-ignore format: one assertion
  }
})
