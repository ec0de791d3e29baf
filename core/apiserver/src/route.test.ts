import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRoute, type Route } from './route.ts'

const core = { group: '', version: 'v1' }
const apps = { group: 'apps', version: 'v1' }

const cases: readonly [path: string, route: Route | undefined][] = [
  ['/api/v1/nodes', { ...core, plural: 'nodes' }],
  ['/api/v1/nodes/', { ...core, plural: 'nodes' }],
  ['/api/v1/nodes/n1', { ...core, plural: 'nodes', name: 'n1' }],
  ['/api/v1/nodes/n1/status', { ...core, plural: 'nodes', name: 'n1', subresource: 'status' }],
  ['/api/v1/namespaces', { ...core, plural: 'namespaces' }],
  ['/api/v1/namespaces/a', { ...core, plural: 'namespaces', name: 'a' }],
  ['/api/v1/namespaces/a/finalize', { ...core, plural: 'namespaces', name: 'a', subresource: 'finalize' }],
  ['/api/v1/namespaces/a/pods', { ...core, plural: 'pods', namespace: 'a' }],
  ['/apis/apps/v1/namespaces/a/deployments/b', { ...apps, plural: 'deployments', namespace: 'a', name: 'b' }],
  [
    '/apis/apps/v1/namespaces/a/deployments/b/scale',
    { ...apps, plural: 'deployments', namespace: 'a', name: 'b', subresource: 'scale' },
  ],
  ['/apis/apps/v1/namespaces/a/deployments/b/scale/c', undefined],
  ['/api/v1/watch/pods', { ...core, plural: 'pods', watched: true }],
  ['/api/v1/watch/namespaces/a', { ...core, plural: 'namespaces', name: 'a', watched: true }],
  ['/api/v1/watch/namespaces/a/pods/b', { ...core, plural: 'pods', namespace: 'a', name: 'b', watched: true }],
  ['/apis/apps/v1/watch/namespaces/a/deployments', { ...apps, plural: 'deployments', namespace: 'a', watched: true }],
  ['/api/v1/watch/namespaces/a/pods/b/log', undefined],
  ['/apis/apps/v1', undefined],
  ['/apis/apps', undefined],
  ['/api', undefined],
  ['/api/v1', undefined],
  ['/api/v1//pods', undefined],
  ['/healthz', undefined],
]

test('paths lead to resources', () => {
  for (const [path, route] of cases) assert.deepEqual(parseRoute(path), route, path)
})
