import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type EmbeddedPatch, type FieldOverrider, type Manifest } from '@flotilla/sdk'
import { overrideFields } from './field.ts'

const cluster = { apiVersion: '', kind: 'Cluster', metadata: { name: 'member1' }, spec: { syncMode: 'Push' } } as const

const holding = (text: unknown): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x' },
  data: { 'app.conf': text },
})
const override = (text: unknown, patches: Omit<FieldOverrider, 'fieldPath'>) => {
  const overriders = { fieldOverrider: [{ fieldPath: '/data/app.conf', ...patches }] }
  return overrideFields(deepFreeze({ manifest: holding(text), cluster, overriders }))
}

const add = (subPath: string, value: EmbeddedPatch['value'] = null): EmbeddedPatch => ({
  subPath,
  operator: 'add',
  value,
})
const replace = (subPath: string, value: EmbeddedPatch['value'] = null): EmbeddedPatch => ({
  subPath,
  operator: 'replace',
  value,
})
const remove = (subPath: string): EmbeddedPatch => ({ subPath, operator: 'remove' })

const json: readonly [string, readonly EmbeddedPatch[], before: string, after: string][] = [
  [
    'changes what a path says',
    [replace('/a/b', 2), add('/c', [1])],
    '{"z":0,"a":{"b":1}}',
    '{"z":0,"a":{"b":2},"c":[1]}',
  ],
  [
    'keeps numbers as written',
    [remove('/a')],
    '{"a":1,"big":12345678901234567890,"f":1.0}',
    '{"big":12345678901234567890,"f":1.0}',
  ],
  ['patches lists at the top', [remove('/0'), add('/-', 3)], '[1, 2]', '[2,3]'],
]
for (const [name, patches, before, after] of json)
  test(`json: ${name}`, () => assert.deepEqual(override(before, { json: patches }), holding(after)))

const yaml: readonly [string, readonly EmbeddedPatch[], before: string, after: string][] = [
  [
    'keeps comments, order and spelling',
    [replace('/b/c', 2)],
    '# head\nmode: 0777 # octal\nb:\n  c: 1\non: yes\nbig: 12345678901234567890\nf: 1.10\nq: "1"\n',
    '# head\nmode: 0777 # octal\nb:\n  c: 2\non: yes\nbig: 12345678901234567890\nf: 1.10\nq: "1"\n',
  ],
  [
    'quotes new strings that look like something else',
    [add('/a', 'yes'), add('/b', '0777'), add('/c', 'true')],
    'x: 1\n',
    'x: 1\na: "yes"\nb: "0777"\nc: "true"\n',
  ],
  ['adds and removes keys', [remove('/a'), add('/c', { d: [1] })], 'a: 1 # gone\nb: 2\n', 'b: 2\nc:\n  d:\n    - 1\n'],
  [
    'removes from a list',
    [remove('/l/1')],
    'l:\n  - a # first\n  - b\n  - c # last\n',
    'l:\n  - a # first\n  - c # last\n',
  ],
  [
    'inserts into a list',
    [add('/l/1', 'b')],
    'l:\n  - a # first\n  - c # last\n',
    'l:\n  - a # first\n  - b\n  - c # last\n',
  ],
  [
    'changes inside a list',
    [replace('/l/0/k', 2)],
    'l:\n  - k: 1 # one\n    n: x # kept\n  - k: 9\n',
    'l:\n  - k: 2\n    n: x # kept\n  - k: 9\n',
  ],
  [
    'knows keys that are numbers',
    [replace('/8080/to', 'b')],
    '8080:\n  to: a\n  x: 1 # kept\n',
    '8080:\n  to: b\n  x: 1 # kept\n',
  ],
  [
    'changes only the one that has the anchor',
    [replace('/base/x', 5)],
    'base: &b\n  x: 1\nuse: *b\n',
    'base:\n  x: 5\nuse:\n  x: 1\n',
  ],
  [
    'keeps anchors it does not touch',
    [replace('/z', 5)],
    'base: &b\n  x: 1\nuse: *b\nz: 1\n',
    'base: &b\n  x: 1\nuse: *b\nz: 5\n',
  ],
  [
    'overrides what is merged in',
    [replace('/use/x', 5)],
    'base: &b\n  x: 1\nuse:\n  <<: *b\n  w: 2\n',
    'base: &b\n  x: 1\nuse:\n  <<: *b\n  w: 2\n  x: 5\n',
  ],
  [
    'removes what is merged in',
    [remove('/use/x')],
    'base: &b\n  x: 1\nuse:\n  <<: *b\n  w: 2\n',
    'base:\n  x: 1\nuse:\n  w: 2\n',
  ],
]
for (const [name, patches, before, after] of yaml)
  test(`yaml: ${name}`, () => assert.deepEqual(override(before, { yaml: patches }), holding(after)))

test('without patches the text stays', () => assert.deepEqual(override('a: 1', {}), holding('a: 1')))

const refused: readonly [string, text: unknown, Omit<FieldOverrider, 'fieldPath'>, message: RegExp][] = [
  ['a field that is no text', 5, { json: [remove('/a')] }, /there is no text/],
  ['a field that is not there', undefined, { json: [remove('/a')] }, /there is no text/],
  ['text that is not JSON', '{', { json: [remove('/a')] }, /JSON/],
  ['text that is not YAML', 'a: [', { yaml: [remove('/a')] }, /./],
  ['several YAML documents', 'a: 1\n---\nb: 2\n', { yaml: [remove('/a')] }, /multiple documents/],
  ['a path that leads nowhere', '{}', { json: [remove('/a')] }, /\/a: there is nothing/],
]
for (const [name, text, patches, message] of refused)
  test(`${name} is refused with the field's path`, () => {
    assert.throws(
      () => override(text, patches),
      (error: Error) =>
        'code' in error &&
        error.code === 'OVERRIDE_PATH' &&
        /^\/data\/app\.conf: /.test(error.message) &&
        message.test(error.message),
    )
  })
