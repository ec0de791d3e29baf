import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { moduleDigest } from '@flotilla/sdk'
import { parse } from 'yaml'
import { build } from './build.ts'
import { installed, run } from './tool.ts'

const folder = mkdtempSync(join(tmpdir(), 'flotilla-build-'))
after(() => rmSync(folder, { recursive: true }))

let count = 0

/** A project of some files. */
function projectOf(files: Readonly<Record<string, string>>): string {
  const home = join(folder, `${count++}`)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  return home
}

const customization =
  'kind: ResourceInterpreterCustomization\nmetadata: { name: boats }\nspec: { target: { kind: Fleet } }\n'
const module =
  '# how it begins\nkind: ResourceInterpreterModule\nmetadata: { name: boats }\nspec: { limits: { timeout: 2s } }\n'
const health = 'function InterpretHealth(observedObj)\n  return true\nend\n'

const built = (home: string) => parse(readFileSync(join(home, 'dist/boats.yaml'), 'utf8'))

test('scripts go into the customization, each to its operation', async () => {
  const home = projectOf({ 'plugin.yaml': customization, 'lua/healthInterpretation.lua': health })
  assert.deepEqual(await build(home), { manifest: join(home, 'dist/boats.yaml'), isInline: true })
  assert.deepEqual(built(home).spec, {
    target: { kind: 'Fleet' },
    customizations: { healthInterpretation: { luaScript: health } },
  })
})

test('a script is bundled with what it imports, and pinned', async () => {
  const home = projectOf({
    'plugin.yaml': module,
    'src/plugin.ts': "import { healthy } from './words.ts'\nexport const interpretHealth = (): string => healthy\n",
    'src/words.ts': "export const healthy: string = 'Healthy – ja'\n",
  })
  const { program = '', sha256 } = await build(home)
  const text = readFileSync(program, 'utf8')
  assert.match(text, /Healthy – ja/)
  assert.doesNotMatch(text, /import|: string/)
  assert.deepEqual(built(home).spec, {
    limits: { timeout: '2s' },
    runtime: 'javascript',
    source: { inline: text },
    sha256: moduleDigest(Buffer.from(text)),
  })
  assert.equal(built(home).spec.sha256, sha256)
  assert.doesNotMatch(readFileSync(join(home, 'dist/boats.yaml'), 'utf8'), /how it begins/)
})

test('a signature stays with the program it was made for', async () => {
  const source = 'export const interpretHealth = () => "Healthy"\n'
  const home = projectOf({ 'plugin.yaml': module, 'src/plugin.js': source })
  const { program = '' } = await build(home)
  writeFileSync(`${program}.sig`, 'c2lnbmVk\n')
  await build(home)
  assert.equal(built(home).spec.signature, 'c2lnbmVk')
  writeFileSync(join(home, 'src/plugin.js'), source.replace('Healthy', 'Unknown'))
  await build(home)
  assert.equal(built(home).spec.signature, undefined)
  assert.equal(existsSync(`${program}.sig`), false)
})

test('a program that is too large for a manifest stays a file', async () => {
  const home = projectOf({ 'plugin.yaml': module, 'src/plugin.js': `export const a = '${'x'.repeat(2 ** 20)}'` })
  assert.equal((await build(home)).isInline, false)
  assert.deepEqual(built(home).spec.source, { file: 'boats.js' })
})

const wrong: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, says: RegExp]>> = {
  'no manifest': [{ 'a.txt': '' }, /is no plugin: it has no plugin\.yaml; flotilla plugin init NAME begins one/],
  'a manifest that is no YAML': [{ 'plugin.yaml': 'a: 1\nb: [\n' }, /plugin\.yaml:\d: /],
  'a manifest of something else': [
    { 'plugin.yaml': 'kind: Pod\n' },
    /plugin\.yaml: its kind is none of ResourceInterp/,
  ],
  'a manifest without a name': [{ 'plugin.yaml': 'kind: ResourceInterpreterModule\n' }, /it has no metadata\.name/],
  'a name that leads elsewhere': [
    { 'plugin.yaml': 'kind: ResourceInterpreterModule\nmetadata: { name: ../x }\n' },
    /it has no metadata\.name/,
  ],
  'a module without a program': [
    { 'plugin.yaml': module },
    /has no program: there is none of assembly\/plugin\.ts, go/,
  ],
  'a customization without scripts': [{ 'plugin.yaml': customization }, /lua has no scripts; one is called health/],
  'a script of no operation': [
    { 'plugin.yaml': customization, 'lua/health.lua': health },
    /lua\/health\.lua: there is no health; a script is called retention, /,
  ],
  'a script without its function': [
    { 'plugin.yaml': customization, 'lua/retention.lua': health },
    /lua\/retention\.lua: it does not define the function Retain/,
  ],
}
for (const [name, [files, message]] of Object.entries(wrong))
  test(`a project cannot be built: ${name}`, () => assert.rejects(build(projectOf(files)), { message }))

test('a script that is wrong is told with its place', async (context) => {
  context.mock.method(console, 'error', () => undefined)
  const source = 'export const a = 1\nexport const = 2\n'
  await assert.rejects(build(projectOf({ 'plugin.yaml': module, 'src/plugin.js': source })), {
    message: /^src\/plugin\.js:2:\d+: /,
  })
  const lonely = "import { x } from 'nowhere'\nexport const a = x\n"
  await assert.rejects(build(projectOf({ 'plugin.yaml': module, 'src/plugin.ts': lonely })), {
    message: /^src\/plugin\.ts:1:\d+: Could not resolve "nowhere"/,
  })
})

test('a compiler that is not there is told how to get', () =>
  assert.rejects(run({ command: 'no-such-compiler', args: [], install: 'install it' }, folder), {
    message: 'no-such-compiler is not there: install it',
  }))

test('a package that is not there is told how to get', () => {
  assert.throws(() => installed(folder, 'no-such-package/package.json', 'install it'), {
    message: 'no-such-package is not installed: install it',
  })
})

test('a compiler that complains is quoted with the place', async (context) => {
  context.mock.method(console, 'error', () => undefined)
  const script = "console.log('# guest'); console.log('./main.go:3:5: undefined: x'); process.exit(1)"
  await assert.rejects(run({ command: process.execPath, args: ['-e', script], install: '' }, folder), {
    message: /: \.\/main\.go:3:5: undefined: x$/,
  })
})
