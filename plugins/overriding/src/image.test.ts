import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type ImageOverrider, type Manifest } from '@flotilla/sdk'
import { overrideImage, overrideImages } from './image.ts'

const sha = `sha256:${'0a'.repeat(32)}`
const other = `sha256:${'1b'.repeat(32)}`

const cases: readonly [
  ImageOverrider['component'],
  ImageOverrider['operator'],
  string,
  before: string,
  after: string,
][] = [
  ['Registry', 'add', 'registry.io', 'nginx', 'registry.io/nginx'],
  ['Registry', 'add', '.cn', 'registry.io/nginx', 'registry.io.cn/nginx'],
  ['Registry', 'replace', 'mirror.io', 'nginx:1.25', 'mirror.io/nginx:1.25'],
  ['Registry', 'replace', 'mirror.io', 'localhost/nginx:1.25', 'mirror.io/nginx:1.25'],
  ['Registry', 'replace', 'mirror.io', 'library/nginx', 'mirror.io/library/nginx'],
  ['Registry', 'replace', 'mirror.io', 'old.io:5000/team/web:1', 'mirror.io/team/web:1'],
  ['Registry', 'replace', 'mirror.io/cache', 'old:5000/web', 'mirror.io/cache/web'],
  ['Registry', 'replace', 'mirror.io', `old.io/web@${sha}`, `mirror.io/web@${sha}`],
  ['Registry', 'replace', 'mirror.io', `old.io/web:1.2@${sha}`, `mirror.io/web:1.2@${sha}`],
  ['Registry', 'remove', '', '[::1]:5000/team/web:1', 'team/web:1'],
  ['Registry', 'remove', '', 'web', 'web'],
  ['Repository', 'add', '/canary', 'old.io/team/web:1', 'old.io/team/web/canary:1'],
  ['Repository', 'replace', 'other/app', 'old.io:5000/team/web:1', 'old.io:5000/other/app:1'],
  ['Repository', 'replace', 'app', 'team/web', 'app'],
  ['Repository', 'remove', '', 'old.io/web:1', 'old.io/:1'],
  ['Tag', 'add', '-alpine', 'old.io:5000/web:1.25', 'old.io:5000/web:1.25-alpine'],
  ['Tag', 'add', 'latest', 'old.io:5000/web', 'old.io:5000/web:latest'],
  ['Tag', 'add', '-alpine', 'web', 'web'],
  ['Tag', 'add', '-alpine', `web:1@${sha}`, 'web:1-alpine'],
  ['Tag', 'add', '-alpine', `web@${sha}`, `web@${sha}`],
  ['Tag', 'replace', '2', 'web:1', 'web:2'],
  ['Tag', 'replace', '2', `web@${sha}`, 'web:2'],
  ['Tag', 'replace', other, 'web:1', `web@${other}`],
  ['Tag', 'replace', `@${other}`, `web:1@${sha}`, `web@${other}`],
  ['Tag', 'remove', '', 'old.io:5000/web:1', 'old.io:5000/web'],
  ['Tag', 'remove', '', `web:1@${sha}`, 'web'],
]
for (const [component, operator, value, before, after] of cases)
  test(`${component} ${operator} ${value}: ${before} becomes ${after}`, () => {
    assert.equal(overrideImage(before, { component, operator, value }, '/image'), after)
  })

for (const image of [undefined, '', 'UPPER', 'a b', 'web:', 'web:1:2', 'web@sha256:short', '/web', 'web/', '$(IMAGE)'])
  test(`${image} is not an image, and the error says where`, () => {
    assert.throws(() => overrideImage(image, { component: 'Tag', operator: 'replace', value: '2' }, '/spec/image'), {
      code: 'OVERRIDE_PATH',
      message: `/spec/image: "${image ?? ''}" is not the name of an image`,
    })
  })

test('a version that is neither tag nor digest is refused', () => {
  const overrider: ImageOverrider = { component: 'Tag', operator: 'replace', value: ':2' }
  assert.throws(() => overrideImage('web', overrider, '/image'), /^FlotillaError: .*":2" is neither a tag nor a digest/)
})

const cluster = { apiVersion: '', kind: 'Cluster', metadata: { name: 'member1' }, spec: { syncMode: 'Push' } } as const
const override = (manifest: Manifest, ...imageOverrider: readonly ImageOverrider[]) =>
  overrideImages(deepFreeze({ manifest, cluster, overriders: { imageOverrider } }))

const replaceTag: ImageOverrider = { component: 'Tag', operator: 'replace', value: '2' }
const podSpec = (tag: string) => ({
  initContainers: [{ name: 'init', image: 'init:1' }],
  containers: [
    { name: 'a', image: `a:${tag}` },
    { name: 'b', image: `b:${tag}` },
  ],
})

const shapes: readonly (readonly [kind: string, spec: (tag: string) => object])[] = [
  ['Pod', podSpec],
  ...['ReplicaSet', 'Deployment', 'DaemonSet', 'StatefulSet', 'Job'].map(
    (kind) => [kind, (tag: string) => ({ template: { spec: podSpec(tag) } })] as const,
  ),
  ['CronJob', (tag) => ({ jobTemplate: { spec: { template: { spec: podSpec(tag) } } } })],
]
for (const [kind, spec] of shapes)
  test(`every container of a ${kind} is overridden, and no init container`, () => {
    const manifest: Manifest = { apiVersion: 'v1', kind, metadata: { name: 'web' }, spec: spec('1') }
    assert.deepEqual(override(manifest, replaceTag), { ...manifest, spec: spec('2') })
  })

test('a kind without containers is left alone', () => {
  const manifest: Manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: {} }
  assert.equal(override(manifest, replaceTag), manifest)
})

test('without image overriders there is no opinion', () => {
  const manifest: Manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } }
  assert.equal(overrideImages({ manifest, cluster, overriders: {} }), undefined)
})

const custom: Manifest = {
  apiVersion: 'example.com/v1',
  kind: 'Database',
  metadata: { name: 'main', annotations: { 'example.com/image': 'db:1' } },
  spec: { images: ['db:1', 'backup:1'] },
}
const at = (path: string): ImageOverrider => ({ ...replaceTag, predicate: { path } })

test('a predicate points at any image of any kind', () => {
  assert.deepEqual(override(custom, at('/spec/images/1'), at('/metadata/annotations/example.com~1image')), {
    ...custom,
    metadata: { name: 'main', annotations: { 'example.com/image': 'db:2' } },
    spec: { images: ['db:1', 'backup:2'] },
  })
})

for (const path of ['/spec/images/2', '/spec/images', '/spec/none/here'])
  test(`${path} points at no image`, () => {
    assert.throws(() => override(custom, at(path)), { code: 'OVERRIDE_PATH', message: `${path}: there is no image` })
  })

test('a predicate that is not a pointer is refused', () => {
  assert.throws(() => override(custom, at('spec/images/0')), /^FlotillaError: spec\/images\/0: it has to begin with \//)
})
