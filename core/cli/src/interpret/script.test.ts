import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editorText, readEdited } from './script.ts'

const boats = {
  name: 'boats',
  apiVersion: 'example.com/v1',
  kind: 'Boat',
  scripts: {
    InterpretHealth: '-- afloat?\nfunction InterpretHealth(o)\n  return true\nend\n',
    Retain: 'function Retain(d, o) return d end\n',
  },
}

test('what is edited reads as what it was, with its comments', () => {
  assert.deepEqual(readEdited(editorText(boats)), boats)
  assert.deepEqual(readEdited(editorText(boats, ['line 3 is wrong'], true)), boats)
})

test('a script whose lines are taken out is gone', () => {
  const { Retain: _, ...others } = boats.scripts
  const text = editorText(boats).replace('function Retain(d, o) return d end\n', '\n')
  assert.deepEqual(readEdited(text).scripts, others)
})

test('what is wrong stands on top, what a script defines below its name', () => {
  const lines = editorText(boats, ['line 3 is wrong'], true).split('\n')
  assert.equal(lines[1], '--| line 3 is wrong')
  const rule = lines.indexOf('---@rule: InterpretHealth')
  assert.match(lines[rule + 1] ?? '', /^--\| function InterpretHealth\(observedObj\)/)
})

test('what stands nowhere is told with its line', () => {
  assert.throws(() => readEdited('---@name: a\nreturn 1\n'), /line 2: "return 1" belongs to no rule/)
  assert.throws(() => readEdited('---@name: a\n---@rule: Prune\n'), /line 2: there is no rule Prune; there are Retain/)
})
