import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { test } from 'node:test'
import { nodeOptions } from '../node-options.ts'
import { root } from '../root.ts'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** An instruction of a Dockerfile: its word, and the rest with its flags. */
interface Instruction {
  readonly word: string
  readonly rest: string
}

const instructions: readonly Instruction[] = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    return { word, rest }
  })

const lastStage = instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'))
const of = (word: string): readonly string[] => lastStage.filter((each) => each.word === word).map(({ rest }) => rest)

test('the image is built in one stage and runs from another, where nothing is run to make it', () => {
  assert.equal(instructions.filter(({ word }) => word === 'FROM').length, 2)
  assert.deepEqual(of('RUN'), []) // there is no shell
  assert.match(of('FROM')[0] ?? '', /^gcr\.io\/distroless\/nodejs24-/)
  for (const from of of('COPY')) assert.match(from, /^--from=build /)
})

test('its user is a number, and not root', () => {
  const [user = ''] = of('USER')
  assert.match(user, /^[1-9]\d+:[1-9]\d+$/)
})

test('it runs flotilla, without a shell', () => {
  const [entrypoint = ''] = of('ENTRYPOINT')
  const [node, ...words] = JSON.parse(entrypoint) as readonly string[]
  const program = words.pop() ?? ''
  assert.equal(node, '/nodejs/bin/node')
  assert.deepEqual(words, nodeOptions) // what is tested is what is run
  assert.ok(existsSync(join(root, program.replace(/^\/flotilla\//, ''))), program)
})

test('it is labelled with the version of flotilla', () => {
  const { version } = JSON.parse(read('core/cli/package.json')) as { readonly version: string }
  assert.deepEqual(of('ARG')[0], `VERSION=${version}`)
  assert.match(read('deploy/chart/flotilla/Chart.yaml'), new RegExp(`^appVersion: ${version}$`, 'm'))
  assert.match(of('LABEL')[0] ?? '', /org\.opencontainers\.image\.version="\$\{VERSION\}"/)
})

test('what it is built from is sent to the builder, and no more', () => {
  const ignored = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const isIgnored = (file: string) =>
    ignored.some((pattern) => matchesGlob(file, pattern) || matchesGlob(file, `${pattern}/**`))
  const { workspaces } = JSON.parse(read('package.json')) as { readonly workspaces: readonly string[] }
  const needed = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'LICENSE', 'deploy/image/lay.js']
  for (const file of [...needed, ...workspaces.map((folder) => `${folder}/package.json`)])
    assert.ok(!isIgnored(file), file)
  for (const file of ['.git/HEAD', 'node_modules/x/y.js', 'core/cli/dist/main.js', 'sdk/tsconfig.tsbuildinfo'])
    assert.ok(isIgnored(file), file)
})
