import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { interpret, on, Registry } from '@flotilla/sdk'
import { caseOf } from '@flotilla/sdk/cases'
import { readCases } from './cases.ts'
import { judge, resultText, summaryText } from './verdicts.ts'

const registry = new Registry()
registry.add(on(interpret.health, ({ manifest }) => (manifest.kind === 'Pod' ? 'Healthy' : undefined)))
registry.add(on(interpret.reviseReplicas, ({ manifest, replicas }) => ({ ...manifest, spec: { replicas } })))

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }

const judged = (...cases: readonly object[]) =>
  judge(
    registry.ask,
    cases.map((words, i) => ({ from: `f:${i}`, words: caseOf({ name: `case ${i}`, desiredObj: pod, ...words }) })),
    () => undefined,
  )

const health = { operation: 'InterpretHealth' }

test('a case that passes is a line', async () => {
  const { cases } = await judged({ ...health, output: { healthy: true } })
  assert.deepEqual(cases.map(resultText), ['PASS  InterpretHealth      case 0'])
})

test('a case that fails says what was expected, and what came', async () => {
  const revised = { ...pod, spec: { replicas: 2, paused: true } }
  const { cases } = await judged({ operation: 'ReviseReplica', inputReplicas: 3, output: { revised } })
  assert.deepEqual(cases.map(resultText), [
    [
      'FAIL  ReviseReplica        case 0  (f:0)',
      '      revised.spec.replicas',
      '        - 2',
      '        + 3',
      '      revised.spec.paused',
      '        - true',
      '        + nothing',
    ].join('\n'),
  ])
})

test('what is long is shown below, as YAML', async () => {
  const output = { healthy: Object.fromEntries(['a', 'b', 'c'].map((key) => [key, 'x'.repeat(40)])) }
  const { cases } = await judged({ ...health, output })
  assert.match(resultText(cases[0] ?? assert.fail()), /- \n {10}a: x+\n {10}b: x+\n {10}c: x+\n {8}\+ true$/)
})

test('a case that nobody answers says so', async () => {
  const { cases } = await judged({ operation: 'InterpretComponent', output: { components: [] } })
  assert.match(resultText(cases[0] ?? assert.fail()), /\n {6}nobody answers InterpretComponent for v1 Pod$/)
})

test('all are counted, and what is no case has failed', async () => {
  const told: string[] = []
  const report = await judge(
    registry.ask,
    [
      { from: 'f:1', words: caseOf({ name: 'fine', desiredObj: pod, ...health }) },
      { from: 'f:2', words: undefined, error: new Error('torn') },
    ],
    ({ from }) => told.push(from),
  )
  assert.deepEqual(told, ['f:1', 'f:2'])
  assert.equal(summaryText(report), '1 passed, 1 failed')
  assert.equal(resultText(report.cases[1] ?? assert.fail()), 'FAIL                       (f:2)\n      torn')
})

test('a thousand cases take less than ten seconds of one core', async () => {
  const object = {
    ...pod,
    spec: { containers: Array(10).fill({ name: 'a', image: 'a:1', env: Array(5).fill({ name: 'A', value: 'a' }) }) },
  }
  const one = ['operation: ReviseReplica', 'inputReplicas: 3', `desiredObj: ${JSON.stringify(object)}`].join('\n')
  const all = Array.from(
    { length: 1000 },
    (_, i) => `name: case ${i}\n${one}\noutput: { revised: ${JSON.stringify({ ...object, spec: { replicas: 3 } })} }\n`,
  )
  const file = join(mkdtempSync(join(tmpdir(), 'flotilla-cases-')), 'thousand.yaml')
  writeFileSync(file, all.join('---\n'))
  const before = process.cpuUsage()
  const { passed, failed } = await judge(registry.ask, await readCases([file]), () => undefined)
  const { user, system } = process.cpuUsage(before)
  assert.deepEqual([passed, failed], [1000, 0])
  assert.ok((user + system) / 1e6 < 10)
})
