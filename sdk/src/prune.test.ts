import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze } from './freeze.ts'
import type { Manifest } from './manifest.ts'
import { prune } from './prune.ts'

const object = (kind: string, rest: object = {}, metadata: object = {}): Manifest =>
  deepFreeze({ apiVersion: 'v1', kind, metadata: { name: 'a', namespace: 'default', ...metadata }, ...rest })

describe('prune takes away what belongs to one cluster', () => {
  const cases: Record<string, readonly [before: Manifest, after: Manifest]> = {
    'status and the metadata a server writes': [
      object(
        'ConfigMap',
        { data: { k: 'v' }, status: { phase: 'x' } },
        {
          labels: { app: 'a' },
          creationTimestamp: '2026-01-01T00:00:00Z',
          deletionTimestamp: '2026-01-01T00:00:00Z',
          deletionGracePeriodSeconds: 3,
          finalizers: ['f'],
          generation: 2,
          managedFields: [{}],
          ownerReferences: [{}],
          resourceVersion: '7',
          selfLink: '/x',
          uid: 'u',
        },
      ),
      object('ConfigMap', { data: { k: 'v' } }, { labels: { app: 'a' } }),
    ],
    'the revision of a Deployment': [
      object('Deployment', {}, { annotations: { 'deployment.kubernetes.io/revision': '2', mine: 'x' } }),
      object('Deployment', {}, { annotations: { mine: 'x' } }),
    ],
    'annotations altogether when nothing else is in them': [
      object('Deployment', {}, { annotations: { 'deployment.kubernetes.io/revision': '2' } }),
      object('Deployment'),
    ],
    'the identity of a Job, and when it is to be forgotten': [
      object('Job', {
        spec: {
          ttlSecondsAfterFinished: 5,
          selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
          template: { metadata: { labels: { app: 'a', 'job-name': 'a', 'controller-uid': 'u' } } },
        },
      }),
      object('Job', { spec: { selector: {}, template: { metadata: { labels: { app: 'a' } } } } }),
    ],
    'not the identity of a Job that chose its selector itself': [
      object('Job', { spec: { manualSelector: true, selector: { matchLabels: { 'controller-uid': 'u' } } } }),
      object('Job', { spec: { manualSelector: true, selector: { matchLabels: { 'controller-uid': 'u' } } } }),
    ],
    'the token in a secret of a service account': [
      object(
        'Secret',
        { type: 'kubernetes.io/service-account-token', data: { token: 'x' } },
        { annotations: { 'kubernetes.io/service-account.uid': 'u', 'kubernetes.io/service-account.name': 'a' } },
      ),
      object(
        'Secret',
        { type: 'kubernetes.io/service-account-token' },
        { annotations: { 'kubernetes.io/service-account.name': 'a' } },
      ),
    ],
    'not the data of any other secret': [
      object('Secret', { type: 'Opaque', data: { token: 'x' } }),
      object('Secret', { type: 'Opaque', data: { token: 'x' } }),
    ],
    'the token secrets of a service account': [
      object('ServiceAccount', { secrets: [{ name: 'a-token-x1' }, { name: 'mine' }] }),
      object('ServiceAccount', { secrets: [{ name: 'mine' }] }),
    ],
    'the address of a Service': [
      object('Service', { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [{ port: 80 }] } }),
      object('Service', { spec: { ports: [{ port: 80 }] } }),
    ],
    'not the wish of a Service to have no address': [
      object('Service', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }),
      object('Service', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }),
    ],
    'the node a volume claim was placed for': [
      object('PersistentVolumeClaim', {}, { annotations: { 'volume.kubernetes.io/selected-node': 'n' } }),
      object('PersistentVolumeClaim'),
    ],
  }
  for (const [name, [before, after]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(prune(before), after))
  }
})

test('what is not touched is shared', () => {
  const before = object('Deployment', { spec: { replicas: 1 } })
  assert.equal(prune(before).spec, before.spec)
})
