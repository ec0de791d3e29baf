import assert from 'node:assert/strict'
import { test } from 'node:test'
import { annotation, label, withLabel } from '@flotilla/sdk'
import { work as aWork, deployment, examineMutate } from '@flotilla/sdk/testing'
import { completeWork, work } from './work.ts'

const id = { [label.workId]: 'mine' }

examineMutate(work, {
  'what a Work brings can be traced to it, and says which keys are its to say': {
    given: {
      manifest: aWork({
        labels: id,
        manifest: deployment({
          uid: 'u',
          resourceVersion: '7',
          labels: { tier: 'front', app: 'web' },
          annotations: { note: 'x', 'deployment.kubernetes.io/revision': '3' },
          status: { replicas: 1 },
        }),
      }),
    },
    becomes: aWork({
      labels: id,
      manifest: deployment({
        labels: { tier: 'front', app: 'web', 'work.karmada.io/permanent-id': 'mine' },
        annotations: {
          note: 'x',
          'resourcetemplate.karmada.io/managed-annotations':
            'note,resourcetemplate.karmada.io/managed-annotations,resourcetemplate.karmada.io/managed-labels',
          'resourcetemplate.karmada.io/managed-labels': 'app,tier,work.karmada.io/permanent-id',
        },
      }),
    }),
  },
  'what is complete stays as it is': {
    given: {
      manifest: aWork({
        labels: id,
        manifest: deployment({
          labels: id,
          annotations: {
            [annotation.managedAnnotations]: `${annotation.managedAnnotations},${annotation.managedLabels}`,
            [annotation.managedLabels]: label.workId,
          },
        }),
      }),
    },
  },
  'a Work that brings nothing': { given: { manifest: { ...aWork({ labels: id }), spec: {} } } },
  'an update that leaves the id out keeps it': {
    given: { manifest: { ...aWork(), spec: {} }, before: aWork({ labels: id }) },
    becomes: { ...withLabel(aWork(), label.workId, 'mine'), spec: {} },
  },
})

test('a Work is given an id, and its manifests carry it', () => {
  const manifest = aWork()
  const made = completeWork({ operation: 'CREATE', key: manifest.metadata, manifest, user: 'me', dryRun: false })
  const given = made.metadata.labels?.[label.workId]
  assert.match(given ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(made.spec.workload?.manifests?.[0]?.metadata.labels?.[label.workId], given)
})
