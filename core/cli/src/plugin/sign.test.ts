import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { isModuleSigned, moduleDigest } from '@flotilla/sdk'
import { parse } from 'yaml'
import { inspect } from './inspect.ts'
import { readProgram } from './program.ts'
import { runSign } from './sign.ts'
import { readKey, signatureText } from './signature.ts'

const folder = mkdtempSync(join(tmpdir(), 'flotilla-sign-'))
after(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)
const text = 'export const interpretHealth = () => "Healthy"\nexport const other = () => 1\n'
const script = at('boats.js')
const key = at('key')
const manifestWith = (sha256: string) => `kind: ResourceInterpreterModule # mine\nspec:\n  sha256: ${sha256}\n`

beforeEach((context) => {
  for (const name of ['boats.js.sig', 'boats.yaml', 'key', 'key.pub']) rmSync(at(name), { force: true })
  writeFileSync(script, text)
  'mock' in context && context.mock.method(console, 'log', () => undefined)
})

test('a signature is written beside the program, and into the manifest that pins it', () => {
  writeFileSync(at('boats.yaml'), manifestWith(moduleDigest(Buffer.from(text))))
  runSign(script, { key, generateKey: true })
  const signature = readFileSync(`${script}.sig`, 'utf8').trim()
  assert.ok(isModuleSigned(Buffer.from(text), signature, readFileSync(`${key}.pub`, 'utf8')))
  assert.equal(parse(readFileSync(at('boats.yaml'), 'utf8')).spec.signature, signature)
  assert.match(readFileSync(at('boats.yaml'), 'utf8'), /# mine/)
})

test('a manifest of another program is left alone', () => {
  writeFileSync(at('boats.yaml'), manifestWith('0'.repeat(64)))
  runSign(script, { key, generateKey: true })
  assert.equal(readFileSync(at('boats.yaml'), 'utf8'), manifestWith('0'.repeat(64)))
})

test('a private key is for nobody else, and is never written over', () => {
  runSign(undefined, { key, generateKey: true })
  assert.equal(statSync(key).mode & 0o777, 0o600)
  assert.throws(() => runSign(undefined, { key, generateKey: true }), /key is there already; name another file/)
  assert.equal(existsSync(`${script}.sig`), false)
})

test('a key of the wrong kind is told apart', () => {
  runSign(undefined, { key, generateKey: true })
  assert.throws(
    () => runSign(script, { key: `${key}.pub` }),
    /key\.pub holds no private key in PEM; it holds another one/,
  )
  assert.throws(() => readKey(script, 'PUBLIC'), /boats\.js holds no public key in PEM$/)
})

test('whether a signature holds is said in words', () => {
  const program = readProgram(script)
  assert.equal(signatureText(program, undefined), 'none')
  runSign(script, { key, generateKey: true })
  const publicKey = readKey(`${key}.pub`, 'PUBLIC')
  assert.match(signatureText(program, publicKey), /, which holds$/)
  assert.match(signatureText(program, undefined), /--key says whether it holds/)
  writeFileSync(script, 'export const interpretHealth = () => "Unknown"')
  assert.match(signatureText(readProgram(script), publicKey), /WHICH DOES NOT HOLD/)
})

test('a program is looked at where it will run', async () => {
  const { runtime, bytes, points, others, imports, problem } = await inspect(readProgram(script))
  assert.deepEqual(
    { runtime, bytes, points, others, imports, problem },
    {
      runtime: 'javascript',
      bytes: text.length,
      points: ['interpret.health'],
      others: ['other'],
      imports: {},
      problem: undefined,
    },
  )
})

test('a program that cannot be run is said to be one, with the place', async () => {
  writeFileSync(script, 'export const a = 1\nexport const = 2\n')
  const { points, problem = '' } = await inspect(readProgram(script))
  assert.deepEqual(points, [])
  assert.match(problem, /line 2/)
})

test('what is no program is told from one that is', () => {
  writeFileSync(at('boats.txt'), 'hello')
  assert.throws(
    () => readProgram(at('boats.txt')),
    /boats\.txt is no program: it is neither a WASM module nor a script/,
  )
})
