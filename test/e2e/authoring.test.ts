import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { flotillaWithin } from '../flotilla.ts'
import type { Json } from '../kubectl.ts'
import { root } from '../root.ts'

/** Compilers take their time the first time, with other work beside them. */
const flotilla = flotillaWithin(600_000)

const home = mkdtempSync(join(tmpdir(), 'flotilla-authoring-'))
after(() => rmSync(home, { recursive: true }))

async function succeed(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await flotilla('plugin', ...args)
  assert.equal(code, 0, `${out}${err}`)
  return out
}

/** Begins a plugin, with the packages that npm would install. */
async function begin(name: string, ...args: readonly string[]): Promise<string> {
  const folder = join(home, name)
  await succeed('init', folder, ...args)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** What a command prints; undefined when there is no such command on this machine. */
function printed(command: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const hasTarget = (sysroot: string): boolean => existsSync(join(sysroot, 'lib/rustlib/wasm32-unknown-unknown'))

/** What building says in a language whose compiler is not on this machine; undefined where it is. */
const missing: Readonly<Record<string, () => RegExp | undefined>> = {
  go: () => (printed('go', 'version') === undefined ? /go is not there: install Go 1\.24 or newer/ : undefined),
  rust: () => {
    const sysroot = printed('rustc', '--print', 'sysroot')
    if (sysroot === undefined) return /rustc is not there: install Rust, from/
    return hasTarget(sysroot) ? undefined : /Rust cannot compile to WASM yet: run rustup target add wasm32/
  },
}

const points = [
  'interpret.aggregate',
  'interpret.health',
  'interpret.replicas',
  'interpret.reviseReplicas',
  'interpret.status',
]

for (const language of ['ts', 'js', 'assemblyscript', 'go', 'rust', 'lua'])
  describe(`a plugin that begins in ${language}`, () => {
    const complaint = missing[language]?.()

    test(complaint ? 'says what it lacks to be built' : 'is built, and answers all that its cases ask', async () => {
      const folder = await begin(`${language}-plugin`, '--language', language, '--kind', 'sea.example/v1/Fleet')
      if (complaint) {
        const { code, err } = await flotilla('plugin', 'build', folder)
        assert.equal(code, 1)
        assert.match(err, complaint)
        return
      }
      await succeed('build', folder)
      assert.match(await succeed('test', folder), /^8 passed, 0 failed$/m)
      if (language === 'lua') return
      const file = join(folder, 'dist', `${language}-plugin.${/[tj]s$/.test(language) ? 'js' : 'wasm'}`)
      const found = JSON.parse(await succeed('inspect', file, '-o', 'json')) as Json
      assert.deepEqual([...found.points].sort(), points)
      assert.deepEqual(found.others, [])
    })
  })

test('a package that runs inside the control plane is compiled, and answers all that its cases ask', async () => {
  const folder = await begin('inside', '--in-process')
  await succeed('build', folder)
  assert.match(await succeed('test', folder), /^8 passed, 0 failed$/m)
  const source = join(folder, 'src/plugin.ts')
  writeFileSync(source, `${readFileSync(source, 'utf8')}\nexport const wrong: string = 1\n`)
  const { code, err } = await flotilla('plugin', 'build', folder)
  assert.equal(code, 1)
  assert.match(err, /^flotilla: tsc: src\/plugin\.ts\(\d+,\d+\): error TS2322: /m)
})

test('a plugin in Go is formatted as all of Go is', async () => {
  const folder = await begin('formatted', '--language', 'go')
  const unformatted = printed('gofmt', '-l', join(folder, 'main.go'), join(folder, 'flotilla'))
  if (unformatted === undefined)
    assert.match(String(missing.go?.()), /install Go/) // there is no Go here at all
  else assert.equal(unformatted, '')
})

test('a plugin in TypeScript fits its types', async () => {
  const folder = await begin('typed', '--language', 'ts')
  execFileSync(join(root, 'node_modules/.bin/tsc'), { cwd: folder, stdio: 'inherit' })
})

test('a case that another answer comes to is told with both', async () => {
  const folder = await begin('wrong', '--language', 'js')
  writeFileSync(join(folder, 'src/plugin.js'), 'export const interpretReplicas = () => ({ replicas: 4 })\n')
  await succeed('build', folder)
  const { code, out, err } = await flotilla('plugin', 'test', folder, '--cases', join(folder, 'cases/replicas.yaml'))
  assert.equal(code, 1)
  assert.match(out, /FAIL +InterpretReplica[\s\S]*replica\n +- 3\n +\+ 4/)
  assert.match(out, /nobody answers ReviseReplica/)
  assert.match(err, /3 of 3 cases failed/)
})

const cluster = (name: string, labels: object = {}) => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name, labels },
  spec: { syncMode: 'Push' },
})

const exchange = {
  name: 'clusters on wind are preferred',
  point: 'schedule.score',
  argument: {
    binding: { spec: { resource: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } },
    placement: {},
    clusters: [cluster('paris', { power: 'wind' }), cluster('oslo')],
  },
  answer: { paris: 100 },
}

const scoring = (score: number) =>
  `export const scheduleScore = ({ clusters }) =>
  Object.fromEntries(
    clusters.filter(({ metadata }) => metadata.labels?.power === 'wind').map(({ metadata }) => [metadata.name, ${score}]),
  )
`

test('a plugin at another point answers what was recorded there', async () => {
  const folder = await begin('wind', '--language', 'js')
  rmSync(join(folder, 'cases'), { recursive: true })
  mkdirSync(join(folder, 'exchanges'))
  writeFileSync(join(folder, 'exchanges/score.json'), JSON.stringify(exchange))
  writeFileSync(join(folder, 'src/plugin.js'), scoring(100))
  await succeed('build', folder)
  assert.match(await succeed('test', folder), /PASS +schedule\.score +clusters on wind[\s\S]*^1 passed, 0 failed$/m)
  writeFileSync(join(folder, 'src/plugin.js'), scoring(101))
  await succeed('build', folder)
  const { code, out } = await flotilla('plugin', 'test', folder)
  assert.equal(code, 1)
  assert.match(
    out,
    /PLUGIN_ANSWER: plugin module\/wind gave schedule\.score an answer that cannot be: paris: the score 101/,
  )
})

test('what is not built cannot be tested', async () => {
  const folder = await begin('unbuilt', '--language', 'js')
  const { code, err } = await flotilla('plugin', 'test', folder)
  assert.equal(code, 1)
  assert.match(err, /there is no .*unbuilt\/dist\/unbuilt\.yaml: run flotilla plugin build/)
})

test('a plugin is measured question by question', async () => {
  const folder = await begin('measured', '--language', 'js')
  await succeed('build', folder)
  const { name, measured } = JSON.parse(await succeed('bench', folder, '--seconds', '0.1', '-o', 'json')) as Json
  assert.equal(name, 'measured')
  assert.deepEqual(measured.map(({ point }: Json) => point).sort(), points)
  for (const { calls, perSecond, p50, p99 } of measured) assert.ok(calls > 0 && perSecond > 0 && p50 > 0 && p99 >= p50)
})
