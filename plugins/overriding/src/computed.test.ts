import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Cluster,
  deepFreeze,
  FlotillaError,
  type Json,
  type Manifest,
  type Overriders,
  Registry,
  render,
} from '@flotilla/sdk'
import { cluster as clusterNamed, deployment, fakeHost } from '@flotilla/sdk/testing'
import { overridingPlugins } from './index.ts'

const cluster: Cluster = {
  ...clusterNamed({ name: 'member1', labels: { tier: 'gold' } }),
  spec: { syncMode: 'Push', provider: 'acme', region: 'eu', zones: ['eu-a', 'eu-b'] },
  status: { kubernetesVersion: 'v1.34.0' },
}

const container = {
  name: 'web',
  image: 'docker.io/shop/web:1',
  args: ['--log', '--debug'],
  resources: { limits: { cpu: '200m' } },
}
const web: Manifest = {
  ...deployment({ labels: { app: 'web' } }),
  spec: { replicas: 2, template: { spec: { containers: [container] } } },
}
const settings = (text: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { conf: text },
})

const registry = new Registry()
for (const plugin of overridingPlugins)
  for (const extension of plugin.extensions?.(fakeHost()) ?? []) registry.add(extension)

const override = (overriders: Overriders, manifest = web) =>
  registry.ask(render.override, deepFreeze({ manifest, cluster, overriders }))

const at = (manifest: Manifest, path: string): unknown =>
  path
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], manifest)

const image = '/spec/template/spec/containers/0/image'
const args = '/spec/template/spec/containers/0/args'
const cpu = '/spec/template/spec/containers/0/resources/limits/cpu'

const computed: readonly [what: string, Overriders, path: string, value: Json][] = [
  [
    'a registry for each region',
    {
      imageOverrider: [
        { component: 'Registry', operator: 'replace', cel: '"registry." + cluster.spec.region + ".example.com"' },
      ],
    },
    image,
    'registry.eu.example.com/shop/web:1',
  ],
  [
    'the end of a repository',
    {
      imageOverrider: [
        {
          predicate: { path: image },
          component: 'Repository',
          operator: 'add',
          cel: '"-" + cluster.metadata.labels.tier',
        },
      ],
    },
    image,
    'docker.io/shop/web-gold:1',
  ],
  [
    'a tag from the one there is',
    { imageOverrider: [{ component: 'Tag', operator: 'replace', cel: 'value + "-" + cluster.spec.provider' }] },
    image,
    'docker.io/shop/web:1-acme',
  ],
  [
    'arguments to add',
    {
      argsOverrider: [{ containerName: 'web', operator: 'add', cel: 'cluster.spec.zones.map(zone, "--zone=" + zone)' }],
    },
    args,
    ['--log', '--debug', '--zone=eu-a', '--zone=eu-b'],
  ],
  [
    'arguments to remove',
    {
      argsOverrider: [{ containerName: 'web', operator: 'remove', cel: 'value.filter(word, word.contains("debug"))' }],
    },
    args,
    ['--log'],
  ],
  [
    'labels',
    { labelsOverrider: [{ operator: 'add', cel: '{"cluster": cluster.metadata.name, "was": value.app}' }] },
    '/metadata/labels',
    { app: 'web', cluster: 'member1', was: 'web' },
  ],
  [
    'annotations where there were none',
    {
      annotationsOverrider: [
        { operator: 'add', cel: '{"version": cluster.status.kubernetesVersion, "had": string(size(value))}' },
      ],
    },
    '/metadata/annotations',
    { version: 'v1.34.0', had: '0' },
  ],
  [
    'a whole number',
    { plaintext: [{ path: '/spec/replicas', operator: 'replace', cel: 'value * 3' }] },
    '/spec/replicas',
    6,
  ],
  [
    'a value that is not there yet',
    { plaintext: [{ path: '/spec/paused', operator: 'add', cel: 'value == null' }] },
    '/spec/paused',
    true,
  ],
  ['null', { plaintext: [{ path: '/spec/paused', operator: 'add', cel: 'null' }] }, '/spec/paused', null],
  [
    'a request that is scaled',
    { plaintext: [{ path: cpu, operator: 'replace', cel: 'scaled(value, 1.5)' }] },
    cpu,
    '300m',
  ],
  [
    'after what earlier overriders did, in the same list and before it',
    {
      labelsOverrider: [{ operator: 'add', value: { step: 'one' } }],
      plaintext: [
        { path: '/spec/replicas', operator: 'replace', value: 10 },
        { path: '/metadata/labels/step', operator: 'replace', cel: 'value + string(object.spec.replicas)' },
      ],
    },
    '/metadata/labels/step',
    'one10',
  ],
]

describe('an expression gives', () => {
  for (const [what, overriders, path, value] of computed)
    test(what, async () => assert.deepEqual(at(await override(overriders), path), value))

  test('a value inside JSON', async () => {
    const json = [
      { subPath: '/replicas', operator: 'replace', cel: 'value + 1' } as const,
      { subPath: '/zones', operator: 'add', cel: 'cluster.spec.zones' } as const,
    ]
    const after = await override(
      { fieldOverrider: [{ fieldPath: '/data/conf', json }] },
      settings('{"replicas":1,"long":1.50}'),
    )
    assert.equal(at(after, '/data/conf'), '{"replicas":2,"long":1.50,"zones":["eu-a","eu-b"]}')
  })
  test('a value inside YAML', async () => {
    const yaml = [{ subPath: '/replicas', operator: 'replace', cel: 'value + size(cluster.spec.zones)' } as const]
    const after = await override(
      { fieldOverrider: [{ fieldPath: '/data/conf', yaml }] },
      settings('# head\nreplicas: 1\n'),
    )
    assert.equal(at(after, '/data/conf'), '# head\nreplicas: 3\n')
  })
  test('the same for clusters that say nothing of themselves', async () => {
    const cel =
      '[cluster.spec.provider, cluster.spec.region, cluster.status.kubernetesVersion].join("") + string(size(cluster.spec.zones))'
    const overriders: Overriders = { plaintext: [{ path: '/spec/said', operator: 'add', cel }] }
    const bare: Cluster = { ...clusterNamed(), spec: { syncMode: 'Push' } }
    const after = await registry.ask(render.override, deepFreeze({ manifest: web, cluster: bare, overriders }))
    assert.equal(at(after, '/spec/said'), '0')
  })
})

const refused: readonly [what: string, Overriders, message: RegExp][] = [
  [
    'a field that is not there',
    { plaintext: [{ path: '/spec/replicas', operator: 'replace', cel: 'object.spec.none' }] },
    /^\/spec\/replicas: the expression object\.spec\.none has no value: line 1, column 12: field not found: none$/,
  ],
  [
    'words that are none',
    { argsOverrider: [{ containerName: 'web', operator: 'add', cel: '[1]' }] },
    /^\/spec\/template\/spec\/containers\/0\/args: the expression has to have a list of texts as its value, not \[1\]$/,
  ],
  [
    'labels that are none',
    { labelsOverrider: [{ operator: 'add', cel: '{"a": 1}' }] },
    /^\/metadata\/labels: the expression has to have a map of texts as its value, not \{"a":1\}$/,
  ],
  [
    'a label that could be none',
    { labelsOverrider: [{ operator: 'add', cel: '{"a": "b c"}' }] },
    /^\/metadata\/labels: "a: b c" must be empty, or start/,
  ],
  [
    'a registry that is none',
    { imageOverrider: [{ component: 'Registry', operator: 'replace', cel: '"https://" + cluster.spec.region' }] },
    /\/containers\/0\/image: "https:\/\/eu\/shop\/web:1" would not be the name of an image$/,
  ],
  [
    'a tag that is no text',
    { imageOverrider: [{ component: 'Tag', operator: 'replace', cel: '1' }] },
    /\/containers\/0\/image: the expression has to have a text as its value, not 1$/,
  ],
]

describe('an expression is refused, with its path, that gives', () => {
  for (const [what, overriders, message] of refused)
    test(what, () =>
      assert.rejects(
        override(overriders),
        (error) =>
          error instanceof FlotillaError &&
          error.code === 'OVERRIDE_PATH' &&
          !error.retry &&
          message.test(error.message),
      ),
    )
})
