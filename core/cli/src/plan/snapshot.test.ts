import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServedKind } from '@flotilla/kube'
import {
  ApiError,
  type Client,
  type Kind,
  type ListOptions,
  label,
  type Manifest,
  resourceBindingKind,
  workKind,
} from '@flotilla/sdk'
import { binding, fakeClient, manifest, Objects, work } from '@flotilla/sdk/testing'
import type { Control } from './control.ts'
import type { Scope } from './scope.ts'
import { snapshotOf, takePicture } from './snapshot.ts'

const served = (apiVersion: string, kind: string, plural: string, scope: ServedKind['scope'] = 'Namespaced') => ({
  apiVersion,
  kind,
  plural,
  scope,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
})
const kinds: readonly ServedKind[] = [
  served('v1', 'Namespace', 'namespaces', 'Cluster'),
  served('v1', 'ConfigMap', 'configmaps'),
  served('v1', 'Event', 'events'),
  served('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  served('autoscaling/v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  served('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', 'Cluster'),
  served('policy.karmada.io/v1alpha1', 'PropagationPolicy', 'propagationpolicies'),
  { ...resourceBindingKind, verbs: ['list'] },
  { ...workKind, verbs: ['list'] },
]

const id = (value: string) => ({ [label.bindingId]: value })
const bound = (namespace: string, name: string, permanent: string): Manifest =>
  binding({
    namespace,
    name,
    labels: id(permanent),
    resource: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'web' },
  })

const objects = [
  manifest('v1', 'Namespace', { name: 'shop' }),
  manifest('v1', 'ConfigMap', { namespace: 'shop', name: 'web' }),
  manifest('v1', 'ConfigMap', { namespace: 'bank', name: 'safe' }),
  manifest('v1', 'Event', { namespace: 'shop', name: 'web.1' }),
  manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'reader' }),
  manifest('policy.karmada.io/v1alpha1', 'PropagationPolicy', { namespace: 'shop', name: 'web' }),
  manifest('policy.karmada.io/v1alpha1', 'PropagationPolicy', { namespace: 'bank', name: 'safe' }),
  bound('shop', 'web-configmap', 'one'),
  bound('bank', 'safe-configmap', 'two'),
  work({ cluster: 'paris', name: 'ours', labels: id('one') }),
  work({ cluster: 'paris', name: 'others', labels: id('two') }),
  work({ cluster: 'paris', name: 'loose' }),
]

/** The selectors of Works that are asked for, on a client that knows no sets. */
function withSets(client: Client): Client {
  const matches = (selector: string, { metadata: { labels = {} } }: Manifest): boolean => {
    const [, key = '', values] = /^(\S+) in \((.*)\)$/.exec(selector) ?? []
    if (values !== undefined) return values.split(',').includes(labels[key] ?? '')
    return selector.split(',').every((part) => labels[part.replace('!', '')] === undefined)
  }
  return {
    ...client,
    async list<T>(kind: Kind<T>, { labelSelector, ...options }: ListOptions = {}) {
      const answer = await client.list(kind, options)
      if (!labelSelector) return answer
      return { ...answer, items: answer.items.filter((item) => matches(labelSelector, item as Manifest)) }
    },
  }
}

const controlOf = (client: Client): Control => ({
  client: withSets(client),
  discovery: {
    kinds: async () => kinds,
    served: async () => ({ kinds, missing: [] }),
    find: async () => undefined,
    forget: () => {},
  },
  identity: { server: 'https://control' },
  namespace: 'default',
})

const scope: Scope = { namespaces: new Set(['shop']), kinds: new Set(), everything: false }
const { signal } = new AbortController()

test('a namespace is read whole with its bindings and their Works, and nothing of others', async () => {
  const { rows, gaps } = await takePicture(controlOf(fakeClient(new Objects(objects))), scope, signal)
  assert.deepEqual(rows.map(({ resource, key }) => `${resource} ${key}`).sort(), [
    'configmaps shop/web',
    'namespaces shop',
    'propagationpolicies.policy.karmada.io shop/web',
    'resourcebindings.work.karmada.io shop/web-configmap',
    'works.work.karmada.io karmada-es-paris/loose',
    'works.work.karmada.io karmada-es-paris/ours',
  ])
  assert.deepEqual(gaps, [])
})

test('what refers is read before what it refers to', async () => {
  const client = fakeClient(new Objects(objects))
  const asked: string[] = []
  const noting: Client = {
    ...client,
    list: (kind, options) => {
      asked.push(kind.plural)
      return client.list(kind, options)
    },
  }
  await takePicture(controlOf(noting), scope, signal)
  const order = ['resourcebindings', 'works', 'configmaps', 'propagationpolicies'].map((plural) =>
    asked.indexOf(plural),
  )
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  )
  assert.ok(!order.includes(-1))
  assert.equal(asked.filter((plural) => plural === 'horizontalpodautoscalers').length, 1)
})

test('what may not be read is said, and the rest is read', async () => {
  const client = fakeClient(new Objects(objects))
  const forbidden = new ApiError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code: 403,
    message: 'you may not',
  })
  const strict: Client = {
    ...client,
    list: (kind, options) => (kind.plural === 'configmaps' ? Promise.reject(forbidden) : client.list(kind, options)),
  }
  const { rows, gaps } = await takePicture(controlOf(strict), scope, signal)
  assert.deepEqual(gaps, ['configmaps cannot be read: you may not'])
  assert.ok(rows.some(({ resource }) => resource === 'namespaces'))
})

test('a snapshot has the highest revision there is, and every object at its own', () => {
  const row = (name: string, revision: number) => ({
    resource: 'configmaps',
    key: name,
    revision,
    object: manifest('v1', 'ConfigMap', { name }),
  })
  const { revision, rows, changed } = snapshotOf([row('a', 7), row('b', 12), row('c', Number.NaN)])
  assert.equal(revision, 12)
  assert.deepEqual(
    [...rows].map((each) => each.revision),
    [7, 12, 12],
  )
  assert.deepEqual([...changed], [['configmaps', 12]])
  assert.equal(snapshotOf([]).revision, 1)
})
