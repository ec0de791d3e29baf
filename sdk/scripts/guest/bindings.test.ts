import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bindings } from './bindings.ts'
import { declarations } from './model.ts'

const home = join(import.meta.dirname, '../../../guest')

test('what was generated is what the schema says; `npm run guest -w sdk` makes it anew', () => {
  const made = bindings()
  const there = globSync('**/*.*', { cwd: home })
  assert.deepEqual(there.sort(), Object.keys(made).sort())
  for (const [name, text] of Object.entries(made)) assert.equal(readFileSync(join(home, name), 'utf8'), text, name)
})

const inner = { type: 'object', properties: { a: { type: 'string' } } } as const

test('what is the same has one name, whatever its words', () => {
  const outer = { type: 'object', properties: { one: inner, other: { ...inner, description: 'again' } } } as const
  const [first, second, ...more] = declarations({ Outer: outer }, {})
  assert.deepEqual([first?.name, second?.name, more.length], ['OuterOne', 'Outer', 0])
})

test('two types of one name are a mistake in the schema', () => {
  const other = { type: 'object', properties: { b: { type: 'string' } } } as const
  const clash = { type: 'object', properties: { items: { type: 'array', items: inner }, item: other } } as const
  assert.throws(() => declarations({ Outer: clash }, {}), /OuterItem is taken: Outer.item needs another name/)
})
