import assert from 'node:assert/strict'
import type { Profiler } from 'node:inspector'
import { test } from 'node:test'
import { callTree, flameGraph } from './flame.ts'

const node = (id: number, functionName: string, children: readonly number[] = [], url = `file:///x/core/dist/${functionName}.js`) => ({ id, children: [...children], callFrame: { functionName, url, scriptId: '1', lineNumber: 0, columnNumber: 0 } }) // biome-ignore format: one object

const profile: Profiler.Profile = {
  startTime: 0,
  endTime: 100,
  nodes: [
    node(1, '(root)', [2, 3], ''),
    node(2, 'outer', [4, 5]),
    node(3, '(idle)', [], ''),
    node(4, 'runs', [6], 'node:internal/timers'),
    node(5, 'rare<T>'),
    node(6, 'inner'),
  ],
  samples: [6, 6, 2, 3, 5],
  timeDeltas: [400, 300, 250, 5000, 50],
}

test('time is that of who was called, and of all who called; waiting is not, and what only runs others is not shown', () => {
  const tree = callTree(profile)
  const [outer] = tree.callees.values()
  assert.deepEqual([tree.micros, outer?.name, outer?.micros], [1000, 'outer', 1000])
  assert.deepEqual([...(outer?.callees.values() ?? [])].map(({ name, micros }) => [name, micros]), [['inner', 700], ['rare<T>', 50]]) // biome-ignore format: one call
})

test('a frame is as wide as its share, and what takes next to nothing is left out', () => {
  const drawn = flameGraph(profile, 0.1)
  assert.match(drawn, /<title>inner core\/inner\.js 70\.0 %<\/title><rect x="0\.0" y="34" width="840\.0"/)
  assert.doesNotMatch(drawn, /rare/)
  assert.match(flameGraph(profile, 0.01), /rare&#60;T&#62;/)
})
