import assert from 'node:assert/strict'
import { test } from 'node:test'
import { annotation, label, withAnnotation, withLabel } from '@flotilla/sdk'
import { binding as aBinding, clusterBinding, examineCauses, examineMutate } from '@flotilla/sdk/testing'
import { binding, completeBinding } from './binding.ts'

const marked = withLabel(aBinding(), label.bindingId, 'mine')

examineMutate(binding, {
  'a binding keeps the id it has': { given: { manifest: marked } },
  'an update that leaves the id out keeps it': { given: { manifest: aBinding(), before: marked }, becomes: marked },
})

test('a binding is given an id under the label of its scope', () => {
  const labels = (manifest: ReturnType<typeof aBinding>) =>
    Object.keys(
      completeBinding({ operation: 'CREATE', key: manifest.metadata, manifest, user: 'me', dryRun: false }).metadata
        .labels ?? {},
    )
  assert.deepEqual(labels(aBinding()), ['resourcebinding.karmada.io/permanent-id'])
  assert.deepEqual(labels(clusterBinding()), ['clusterresourcebinding.karmada.io/permanent-id'])
})

const depending = (text: string) => withAnnotation(aBinding(), annotation.dependencies, text)

examineCauses(binding, {
  'a good binding': { given: { manifest: depending('[]') } },
  'dependencies that cannot be read': {
    given: { manifest: depending('[') },
    causes: [
      'metadata.annotations[resourcebinding.karmada.io/dependencies]: Invalid value: "[": must be a list in JSON',
    ],
  },
  'dependencies that are no list': {
    given: { manifest: depending('{}') },
    causes: [
      'metadata.annotations[resourcebinding.karmada.io/dependencies]: Invalid value: "{}": must be a list in JSON',
    ],
  },
  'numbers of replicas that nobody can be given': {
    given: {
      manifest: aBinding({
        replicas: -1,
        components: [{ name: 'a', replicas: 0.5 }],
        clusters: { one: 1, two: 2 ** 31 },
      }),
    },
    causes: [
      'spec.replicas: Invalid value: -1: must be 0 to 2147483647',
      'spec.components[0].replicas: Invalid value: 0.5: must be 0 to 2147483647',
      'spec.clusters[1].replicas: Invalid value: 2147483648: must be 0 to 2147483647',
    ],
  },
  'components that cannot be told apart': {
    given: {
      manifest: aBinding({
        components: [
          { name: 'a', replicas: 1 },
          { name: '', replicas: 1 },
          { name: 'a', replicas: 1 },
        ],
      }),
    },
    causes: ['spec.components[1].name: Required value', 'spec.components[2].name: Duplicate value: "a"'],
  },
})
