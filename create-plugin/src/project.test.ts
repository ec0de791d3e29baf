import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { languageNames } from './languages.ts'
import { main } from './main.ts'
import { isName, project, targetOf } from './project.ts'
import { writeProject } from './write.ts'

const folder = mkdtempSync(join(tmpdir(), 'flotilla-create-'))
after(() => rmSync(folder, { recursive: true }))

const begun = (language: (typeof languageNames)[number]) =>
  project({ name: 'boats', language, target: { apiVersion: 'sea.example/v1', kind: 'Fleet' }, version: '1.2.3' })

for (const language of languageNames)
  test(`${language}: every word is filled in, and what is needed is there`, () => {
    const files = begun(language)
    for (const [path, text] of files) assert.doesNotMatch(text, /\{\{(?!EXCLUDE)/, path)
    for (const path of ['README.md', '.gitignore', 'plugin.yaml', 'cases/replicas.yaml'])
      assert.ok(files.has(path), path)
    assert.match(files.get('plugin.yaml') ?? '', /name: boats[\s\S]*apiVersion: sea.example\/v1\n *kind: Fleet/)
    assert.match(files.get('cases/status.yaml') ?? '', /kind: Fleet/)
  })

test('a project brings the bindings of its language', () => {
  assert.ok(begun('ts').get('flotilla/guest.d.ts')?.includes('export interface Guest'))
  assert.ok(begun('go').get('flotilla/flotilla.go')?.includes('package flotilla'))
  assert.ok(begun('rust').get('src/flotilla.rs')?.includes('pub struct Needs'))
  assert.ok(begun('assemblyscript').get('assembly/flotilla/interpret.ts')?.includes('export class Needs'))
})

test('a package that runs in the control plane has what npm and the config file need', () => {
  const target = { apiVersion: 'sea.example/v1', kind: 'Fleet' }
  const files = project({ name: 'boats', language: 'ts', target, version: '1.2.3', inProcess: true })
  for (const [path, text] of files) assert.doesNotMatch(text, /\{\{/, path)
  assert.deepEqual(JSON.parse(files.get('package.json') ?? '').peerDependencies, { '@flotilla/sdk': '^1.2.3' })
  assert.match(files.get('src/plugin.ts') ?? '', /manifest\.kind === 'Fleet'/)
  assert.match(files.get('README.md') ?? '', /flotilla up --config flotilla\.yaml/)
  assert.equal(files.has('plugin.yaml'), false)
  assert.ok(files.has('cases/status.yaml'))
})

test('a project is written where nothing is', () => {
  const empty = join(folder, 'empty')
  writeProject(empty, begun('js'))
  assert.match(readFileSync(join(empty, 'src/plugin.js'), 'utf8'), /interpretReplicas/)
  assert.throws(() => writeProject(empty, begun('js')), /empty is not empty: it has \.gitignore; choose another folder/)
  const file = join(folder, 'file')
  writeFileSync(file, '')
  assert.throws(() => writeProject(file, begun('js')), /is a file/)
})

test('a kind is written as its version and its name', () => {
  assert.deepEqual(targetOf('apps/v1/Deployment'), { apiVersion: 'apps/v1', kind: 'Deployment' })
  assert.deepEqual(targetOf('v1/Pod'), { apiVersion: 'v1', kind: 'Pod' })
  for (const wrong of ['Deployment', 'apps/Deployment', 'apps/v1/deployment', ''])
    assert.equal(targetOf(wrong), undefined)
})

test('a name goes for every language', () => {
  for (const good of ['a', 'my-plugin', 'x2']) assert.ok(isName(good), good)
  for (const bad of ['', 'My', '2x', 'a_b', 'a-', '@a/b', 'a'.repeat(64)]) assert.ok(!isName(bad), bad)
})

test('npm create begins a project, and says how it wants to be asked', (context) => {
  const said: string[] = []
  context.mock.method(console, 'log', (line: string) => said.push(line))
  context.mock.method(console, 'error', (line: string) => said.push(line))
  const boats = join(folder, 'boats')
  assert.equal(main([boats, '--language', 'go', '--kind', 'sea.example/v1/Fleet']), 0)
  assert.match(readFileSync(join(boats, 'plugin.yaml'), 'utf8'), /name: boats/)
  const wrong: Readonly<Record<string, readonly [args: readonly string[], says: RegExp]>> = {
    'no folder': [[], /it wants one folder/],
    'a folder that is there': [[boats], /is not empty/],
    'a language that is none': [[join(folder, 'x'), '--language', 'cobol'], /no template for cobol/],
    'a kind that is none': [[join(folder, 'x'), '--kind', 'Pod'], /Pod is not a kind/],
    'a name that is none': [[join(folder, 'X')], /X is not a name/],
    'a package in another language': [[join(folder, 'x'), '--language', 'go', '--in-process'], /written in TypeScript/],
    'a flag that is none': [['--fast'], /--fast/],
  }
  for (const [name, [args, message]] of Object.entries(wrong)) {
    said.length = 0
    assert.equal(main(args), 2, name)
    assert.match(said.join('\n'), message)
    assert.match(said.join('\n'), /usage: npm create @flotilla\/plugin/)
  }
})
