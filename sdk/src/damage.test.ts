import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { damage } from './damage.ts'
import { withField } from './fields.ts'
import { deepFreeze } from './freeze.ts'
import type { Manifest } from './manifest.ts'

const pod = { spec: { containers: [{ name: 'web' }] } }

const workload = (kind: string, spec: object): Manifest =>
  deepFreeze({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
    spec,
  })

const deployment = workload('Deployment', { selector: { matchLabels: { app: 'web' } }, template: pod })
const configMap = deepFreeze<Manifest>({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  data: { a: '1' },
})

const without = (manifest: Manifest, ...path: readonly string[]) => withField(manifest, path, undefined)

const damaged: readonly [what: string, before: Manifest, after: Manifest, says: string][] = [
  [
    'another API version',
    deployment,
    { ...deployment, apiVersion: 'apps/v2' },
    '/apiVersion: it has to stay "apps/v1"',
  ],
  ['another kind', deployment, { ...deployment, kind: 'StatefulSet' }, '/kind: it has to stay "Deployment"'],
  [
    'another name',
    deployment,
    withField(deployment, ['metadata', 'name'], 'other'),
    '/metadata/name: it has to stay "web"',
  ],
  ['no name', deployment, without(deployment, 'metadata', 'name'), '/metadata/name: it has to stay "web"'],
  [
    'another namespace',
    deployment,
    withField(deployment, ['metadata', 'namespace'], 'other'),
    '/metadata/namespace: it has to stay "shop"',
  ],
  [
    'a namespace where there was none',
    configMap,
    withField(configMap, ['metadata', 'namespace'], 'other'),
    '/metadata/namespace: it has to stay unset',
  ],
  ['no metadata', deployment, without(deployment, 'metadata'), '/metadata: an object cannot be without it'],
  ['a spec that is none', deployment, { ...deployment, spec: 'none' }, '/spec: it has to be an object'],
  [
    'a label that is a number',
    deployment,
    withField(deployment, ['metadata', 'labels', 'example.com/tier'], 5),
    '/metadata/labels/example.com~1tier: it has to be a text, not 5',
  ],
  [
    'labels that are none',
    deployment,
    withField(deployment, ['metadata', 'labels'], ['app']),
    '/metadata/labels: it has to be a map of texts',
  ],
  [
    'an annotation that is an object',
    deployment,
    withField(deployment, ['metadata', 'annotations'], { a: {} }),
    '/metadata/annotations/a: it has to be a text, not {}',
  ],
  ['data that is a number', configMap, { ...configMap, data: { a: 1 } }, '/data/a: it has to be a text, not 1'],
  ['no spec', deployment, without(deployment, 'spec'), '/spec: a Deployment cannot be without it'],
  [
    'no template',
    deployment,
    without(deployment, 'spec', 'template'),
    '/spec/template: a Deployment cannot be without it',
  ],
  [
    'no selector',
    deployment,
    without(deployment, 'spec', 'selector'),
    '/spec/selector: a Deployment cannot be without it',
  ],
  [
    'no containers',
    deployment,
    withField(deployment, ['spec', 'template', 'spec', 'containers'], []),
    '/spec/template/spec/containers: a Deployment cannot be without it',
  ],
  [
    'a pod without containers',
    workload('Pod', pod.spec),
    workload('Pod', {}),
    '/spec/containers: a Pod cannot be without it',
  ],
  [
    'a Job without a template',
    workload('Job', { template: pod }),
    workload('Job', {}),
    '/spec/template: a Job cannot be without it',
  ],
  [
    'a CronJob that comes at no time',
    workload('CronJob', { schedule: '@daily', jobTemplate: { spec: { template: pod } } }),
    workload('CronJob', { jobTemplate: { spec: { template: pod } } }),
    '/spec/schedule: a CronJob cannot be without it',
  ],
]

describe('what is changed on its way to a cluster is damaged by', () => {
  for (const [what, before, after, says] of damaged)
    test(what, () => {
      const found = damage(before, after)
      assert.equal(found && `${found.path}: ${found.reason}`, says)
    })
})

const sound: readonly [what: string, before: Manifest, after: Manifest][] = [
  ['nothing', deployment, deployment],
  ['labels', deployment, withField(deployment, ['metadata', 'labels'], { app: 'web', tier: 'gold' })],
  ['having no labels', deployment, without(deployment, 'metadata', 'labels')],
  ['what the kind does not need', deployment, withField(deployment, ['spec', 'replicas'], undefined)],
  ['a field that was not there before either', workload('Deployment', {}), workload('Deployment', { replicas: 1 })],
  ['having no data', configMap, without(configMap, 'data')],
]

describe('it is not damaged by', () => {
  for (const [what, before, after] of sound) test(what, () => assert.equal(damage(before, after), undefined))
})
