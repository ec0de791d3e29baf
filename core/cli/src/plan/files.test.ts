import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { readFiles } from './files.ts'

const directory = mkdtempSync(join(tmpdir(), 'flotilla-'))

function file(name: string, text: string): string {
  const path = join(directory, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`

const names = async (paths: readonly string[], recursive = false): Promise<readonly string[]> =>
  (await readFiles({ paths, recursive })).map(({ manifest }) => manifest.metadata.name)

file('set/b.yaml', `${map('b1')}---\n---\n# nothing\n---\n${map('b2')}`)
file('set/a.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}')
file('set/README.md', 'not a manifest')
file('set/deep/c.yml', map('c'))

test('documents of a file come in order, empty ones say nothing', async () => {
  assert.deepEqual(await names([join(directory, 'set/b.yaml')]), ['b1', 'b2'])
})

test('of a directory the files that end as manifests do are read, by name; deeper ones when asked for', async () => {
  assert.deepEqual(await names([join(directory, 'set')]), ['a', 'b1', 'b2'])
  assert.deepEqual(await names([join(directory, 'set')], true), ['a', 'b1', 'b2', 'c'])
})

test('a file that is named is read whatever it is called, and several come in their order', async () => {
  const odd = file('manifest.txt', map('odd'))
  assert.deepEqual(await names([odd, join(directory, 'set/a.json')]), ['odd', 'a'])
})

test('a list is what is in it, lists in lists included', async () => {
  const inner = {
    apiVersion: 'v1',
    kind: 'ConfigMapList',
    items: [JSON.parse('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}')],
  }
  const list = file('list.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [inner, ...inner.items] }))
  assert.deepEqual(await names([list]), ['x', 'x'])
})

test('anchors and merge keys mean what kubectl takes them for', async () => {
  const path = file('merge.yaml', `${map('m')}x: &x { a: "1" }\ndata: { <<: *x, b: "2" }\n`)
  const [found] = await readFiles({ paths: [path], recursive: false })
  assert.deepEqual(found?.manifest.data, { a: '1', b: '2' })
})

const wrong: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  'no YAML': ['a: [', /wrong\.yaml: /],
  'a key twice': [`${map('a')}kind: Secret\n`, /wrong\.yaml: .*unique/],
  'no object': ['- 1\n', /wrong\.yaml: a document in it is not an object/],
  'no kind': ['apiVersion: v1\nmetadata: { name: a }\n', /has no kind/],
  'no apiVersion': ['kind: ConfigMap\nmetadata: { name: a }\n', /has no apiVersion/],
  'no name': ['apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n', /a ConfigMap in it has no metadata\.name/],
  'nothing at all': ['# nothing\n', /there are no objects in .*wrong\.yaml/],
}
for (const [name, [text, says]] of Object.entries(wrong)) {
  test(`a file with ${name} is named`, async () => {
    await assert.rejects(names([file('wrong.yaml', text)]), says)
  })
}

test('a file that is not there is named', async () => {
  await assert.rejects(names([join(directory, 'nowhere.yaml')]), /nowhere\.yaml/)
})

test('what is behind a URL is read as a file is, and one that is not there is named', async () => {
  await using app = fastify()
  app.get('/map.yaml', async () => map('far'))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  assert.deepEqual(await names([`${url}/map.yaml`]), ['far'])
  await assert.rejects(names([`${url}/nowhere.yaml`]), /nowhere\.yaml: 404 Not Found/)
})
