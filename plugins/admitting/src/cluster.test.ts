import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterSpec, ResourceModel } from '@flotilla/sdk'
import { cluster as aCluster, type ClusterWords, examineCauses, examineMutate } from '@flotilla/sdk/testing'
import { cluster } from './cluster.ts'
import { defaultModels } from './resource-models.ts'

const updated = (sent: ClusterWords, becomes: ClusterWords = sent) => ({
  given: { manifest: aCluster(sent), before: aCluster() },
  becomes: aCluster(becomes),
})

const endless = '9223372036854775807'

const model = (grade: number, min: string, max: string, name = 'cpu'): ResourceModel => ({
  grade,
  ranges: [{ name, min, max }],
})

examineMutate(cluster, {
  'a new cluster has the usual sizes of nodes': {
    given: { manifest: aCluster() },
    becomes: aCluster({ resourceModels: defaultModels }),
  },
  'an update that wants no sizes gets none': updated({}),
  'sizes are in order, from nothing to no end': updated(
    { resourceModels: [model(1, '2', '4'), model(0, '1', '2')] },
    { resourceModels: [model(0, '0', '2'), model(1, '2', endless)] },
  ),
  'NoExecute counts from now': updated(
    {
      taints: [
        { key: 'a', effect: 'NoExecute' },
        { key: 'b', effect: 'NoSchedule' },
        { key: 'c', effect: 'NoExecute', timeAdded: '2025-01-01T00:00:00Z' },
      ],
    },
    {
      taints: [
        { key: 'a', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' },
        { key: 'b', effect: 'NoSchedule' },
        { key: 'c', effect: 'NoExecute', timeAdded: '2025-01-01T00:00:00Z' },
      ],
    },
  ),
  'a zone is a list of one': updated({ zone: 'a' }, { zones: ['a'] }),
  'zones are left alone': updated({ zone: 'a', zones: ['b'] }),
})

test('there are nine usual sizes, without a gap', () => {
  assert.deepEqual(defaultModels[0], {
    grade: 0,
    ranges: [
      { name: 'cpu', min: '0', max: '1' },
      { name: 'memory', min: '0', max: '4Gi' },
    ],
  })
  assert.deepEqual(defaultModels[8], {
    grade: 8,
    ranges: [
      { name: 'cpu', min: '128', max: endless },
      { name: 'memory', min: '1024Gi', max: endless },
    ],
  })
  assert.equal(defaultModels.length, 9)
})

const saying = (words: ClusterWords, ...causes: readonly string[]) => ({ given: { manifest: aCluster(words) }, causes })
const spec = (words: Partial<ClusterSpec>, ...causes: readonly string[]) =>
  saying(words, ...causes.map((cause) => `spec.${cause}`))

/** A field may hold what the type forbids, as users write it. */
const anything = <T>(value: unknown): T => value as T

const label = `must be empty, or start and end with a letter or digit and have only those, '-', '_' and '.' between, such as "blue"`

examineCauses(cluster, {
  'a good cluster': spec({
    syncMode: 'Push',
    apiEndpoint: 'https://10.0.0.1:6443/path',
    proxyURL: 'socks5://proxy:1080',
    secretRef: { namespace: 'karmada-cluster', name: 'member1' },
    provider: 'p_1',
    region: 'north.1',
    zones: ['a', 'b'],
    taints: [
      { key: 'example.com/gpu', value: 'yes', effect: 'NoSchedule' },
      { key: 'example.com/gpu', value: 'yes', effect: 'NoExecute' },
    ],
    resourceModels: defaultModels,
  }),
  'a name that leaves no room for the prefix of its namespace': saying(
    { name: 'a'.repeat(49) },
    `metadata.name: Invalid value: "${'a'.repeat(49)}": must be no more than 48 characters`,
  ),
  'a name with a dot': saying(
    { name: 'a.b' },
    `metadata.name: Invalid value: "a.b": must start and end with a lower case letter or digit, and have only those and '-' between, such as "web-1"`,
  ),
  'neither push nor pull': spec(
    anything({ syncMode: 'Sync' }),
    'syncMode: Unsupported value: "Sync": supported values: "Push", "Pull"',
  ),
  'an endpoint without a host': spec(
    { apiEndpoint: '10.0.0.1:6443' },
    'apiEndpoint: Invalid value: "10.0.0.1:6443": must be a URL with a host, such as "https://10.0.0.1:6443"',
  ),
  'an endpoint with a password': spec(
    { apiEndpoint: 'https://me:secret@a' },
    'apiEndpoint: Invalid value: "https://me:secret@a": must be a URL without user, query and fragment',
  ),
  'a proxy of no known kind': spec(
    { proxyURL: 'ftp://proxy' },
    'proxyURL: Invalid value: "ftp://proxy": must be a URL whose scheme is http, https or socks5',
  ),
  'half a secret': spec(
    { secretRef: { namespace: '', name: 'a' }, impersonatorSecretRef: { namespace: 'a', name: '' } },
    'secretRef.namespace: Required value',
    'impersonatorSecretRef.name: Required value',
  ),
  'a place that could be no label': spec(
    { region: 'a b', zones: ['a b'] },
    `region: Invalid value: "a b": ${label}`,
    `zones[0]: Invalid value: "a b": ${label}`,
  ),
  'a zone beside zones': spec({ zone: 'a', zones: ['b'] }, 'zone: Forbidden: cannot stand beside zones; keep zones'),
  'taints that a cluster cannot have': spec(
    {
      taints: [
        { key: '', effect: 'NoSchedule' },
        { key: 'a', effect: 'PreferNoSchedule' },
        { key: 'b', value: 'x y', effect: 'NoSchedule' },
      ],
    },
    'taints[0].key: Required value',
    'taints[1].effect: Unsupported value: "PreferNoSchedule": supported values: "NoSchedule", "NoExecute"',
    `taints[2].value: Invalid value: "x y": ${label}`,
  ),
  'a taint twice': spec(
    {
      taints: [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'a', value: 'b', effect: 'NoSchedule' },
      ],
    },
    'taints[1]: Duplicate value: {"key":"a","value":"b","effect":"NoSchedule"}',
  ),
  'sizes that are none': spec(
    { resourceModels: [model(0, '2', '1'), anything(model(1, 'x', '3')), { grade: 2, ranges: [] }] },
    'resourceModels[0].ranges[0].max: Invalid value: "1": must be more than min, which is 2',
    'resourceModels[1].ranges[0].min: Invalid value: "x": must be a quantity',
    'resourceModels[2].ranges: Required value',
    'resourceModels[2].ranges: Invalid value: []: must be 1 ranges: every grade has the same resources',
  ),
  'sizes with a gap': spec(
    { resourceModels: [model(0, '0', '1'), model(0, '2', '3'), model(2, '3', '4', 'memory')] },
    'resourceModels[1].grade: Duplicate value: 0',
    'resourceModels[1].ranges[0].min: Invalid value: "2": must be 1, where the grade below ends',
    'resourceModels[2].ranges[0].name: Invalid value: "memory": must be cpu: every grade has the same resources in the same order',
  ),
})
