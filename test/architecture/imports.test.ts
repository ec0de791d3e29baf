import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { test } from 'node:test'
import { root } from '../root.ts'
import { behindOneDoor, mayImport, stageMaySee } from './doors.ts'

interface Import {
  readonly file: string
  readonly of: string
}

/** What is not ours to import from: made by npm and tsc, or programs of their own that a sandbox runs. */
const foreign = /(^|\/)(node_modules|dist|templates|guest\/assemblyscript)(\/|$)/

const sources = globSync('{sdk,cel,core,plugins,interpreter-webhooks,estimator,quota,mcs,create-plugin,test}/**/*.ts', {
  cwd: root,
  exclude: (path) => foreign.test(path),
}).map((file) => file.split(sep).join('/'))

const imports: readonly Import[] = sources.flatMap((file) =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export)\b[^'"]*?from '([^']+)'|\bimport\('([^']+)'\)/gms,
    ),
  ].map((found) => ({ file, of: found[1] ?? found[2] ?? '' })),
)

const isTest = (file: string) => /\.test(-[a-z]+)?\.ts$/.test(file)

const workspaceOf = (file: string): string => {
  const [top = '', second = ''] = file.split('/')
  if (top === 'core') return second === 'control-plane' ? 'core' : second
  return top === 'plugins' ? second : top
}

test('the law covers files that are there', () => {
  assert.ok(imports.length > 200)
  assert.deepEqual(
    [...new Set(sources.map(workspaceOf))].filter((name) => !(name in mayImport)),
    [],
  )
})

test('imports only flow towards the sdk', () => {
  const strays = imports.filter(({ file, of }) => {
    const [, to] = /^@flotilla\/([a-z-]+)/.exec(of) ?? []
    const from = workspaceOf(file)
    return to !== undefined && to !== from && !mayImport[from]?.includes(to)
  })
  assert.deepEqual(strays, [])
})

test('no file reaches into another workspace by path', () => {
  const strays = imports.filter(
    ({ file, of }) => of.startsWith('.') && workspaceOf(normalize(join(dirname(file), of))) !== workspaceOf(file),
  )
  assert.deepEqual(strays, [])
})

test('a pipeline stage does not see another stage', () => {
  const home = 'core/control-plane/src/'
  const strays = imports.filter(({ file, of }) => {
    const [, stage] = /^core\/control-plane\/src\/pipeline\/([a-z]+)\//.exec(file) ?? []
    if (stage === undefined || !of.startsWith('.')) return false
    const target = normalize(join(dirname(file), of)).slice(home.length)
    return !target.startsWith(`pipeline/${stage}/`) && !stageMaySee.some((seen) => target.startsWith(seen))
  })
  assert.deepEqual(strays, [])
})

test('third-party packages stay behind their door', () => {
  const strays = imports.filter(
    ({ file, of }) =>
      !isTest(file) &&
      !file.startsWith('test/') &&
      behindOneDoor[of] !== undefined &&
      !behindOneDoor[of].some((door) => file.startsWith(door)),
  )
  assert.deepEqual(strays, [])
})

test('every workspace says which packages it imports', () => {
  const missing = imports.filter(({ file, of }) => {
    const [name] = /^(@[^/]+\/[^/]+|[^./:@][^/:]*)(?=\/|$)/.exec(of) ?? []
    if (name === undefined) return false
    const home = /^(core|plugins)\//.test(file) ? file.split('/').slice(0, 2).join('/') : (file.split('/')[0] ?? '')
    const {
      dependencies = {},
      devDependencies = {},
      name: own,
    } = JSON.parse(readFileSync(join(root, home, 'package.json'), 'utf8')) as {
      name: string
      dependencies?: object
      devDependencies?: object
    }
    return name !== own && !(name in dependencies) && !(name in devDependencies)
  })
  assert.deepEqual(missing, [])
})

test('nothing is called util, helper, common or misc', () => {
  const drawers = sources.filter((file) => /(^|[/.-])(utils?|helpers?|common|misc)([/.-])/.test(file))
  assert.deepEqual(drawers, [])
})
