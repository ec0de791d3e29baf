import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '../freeze.ts'
import type { Manifest } from '../manifest.ts'
import { podDependencies } from './dependencies.ts'
import type { PodSpec } from './template.ts'

const owner: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'shop', name: 'web' } }

const ref = { secretRef: { name: 's' } }
const env = (name: string) => [
  { valueFrom: { configMapKeyRef: { name: `c-${name}` } } },
  { valueFrom: { secretKeyRef: { name: `s-${name}` } } },
  {},
]

const cases: readonly [name: string, PodSpec, dependencies: string][] = [
  ['nothing', {}, ''],
  [
    'environment of all kinds of containers',
    {
      initContainers: [{ env: env('init') }],
      containers: [{ env: env('main') }],
      ephemeralContainers: [{ env: env('debug') }],
    },
    'ConfigMap c-init, ConfigMap c-main, ConfigMap c-debug, Secret s-init, Secret s-main, Secret s-debug',
  ],
  [
    'environment taken as a whole',
    { containers: [{ envFrom: [{ configMapRef: { name: 'c' } }, ref] }] },
    'ConfigMap c, Secret s',
  ],
  ['pull secrets', { imagePullSecrets: [{ name: 's' }] }, 'Secret s'],
  ['a service account', { serviceAccountName: 'robot' }, 'ServiceAccount robot'],
  ['the default service account is everywhere', { serviceAccountName: 'default' }, ''],
  [
    'plain volumes',
    {
      volumes: [
        { configMap: { name: 'c' } },
        { secret: { secretName: 's' } },
        { persistentVolumeClaim: { claimName: 'p' } },
      ],
    },
    'ConfigMap c, Secret s, PersistentVolumeClaim p',
  ],
  [
    'projected volumes',
    { volumes: [{ projected: { sources: [{ configMap: { name: 'c' } }, { secret: { name: 's' } }, {}] } }] },
    'ConfigMap c, Secret s',
  ],
  [
    'credentials of volumes',
    {
      volumes: [{ azureFile: { secretName: 'azure' } }, { csi: { nodePublishSecretRef: { name: 'csi' } } }],
    },
    'Secret azure, Secret csi',
  ],
  ...(['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'] as const).map(
    (type): [string, PodSpec, string] => [`credentials of ${type}`, { volumes: [{ [type]: ref }] }, 'Secret s'],
  ),
  [
    'each once, and no empty names',
    {
      containers: [{ envFrom: [ref, ref, { secretRef: {} }, { configMapRef: { name: '' } }] }],
      volumes: [{ secret: { secretName: 's' } }, {}],
    },
    'Secret s',
  ],
]
for (const [name, spec, expected] of cases)
  test(name, () => {
    const found = podDependencies(owner, deepFreeze(spec))
    assert.equal(found.map(({ kind, name }) => `${kind} ${name}`).join(', '), expected)
    for (const { apiVersion, namespace } of found) assert.deepEqual([apiVersion, namespace], ['v1', 'shop'])
  })

test('what has no namespace depends on nothing in one', () => {
  const cluster: Manifest = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'x' } }
  const found = podDependencies(cluster, { serviceAccountName: 'robot' })
  assert.deepEqual(found, [{ apiVersion: 'v1', kind: 'ServiceAccount', name: 'robot' }])
})
