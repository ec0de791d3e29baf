import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Metrics } from '@flotilla/sdk'
import { Gauges } from './gauges.ts'

/** Metrics whose gauges can be read. */
function recording() {
  const values = new Map<string, number>()
  const text = (name: string, labels: object = {}) => `${name}${JSON.stringify(labels)}`
  const metrics: Metrics = {
    counter: () => ({ add: () => undefined }),
    histogram: () => ({ observe: () => undefined }),
    gauge: ({ name }) => ({
      set: (value, labels) => void values.set(text(name, labels), value),
      forget: (labels) => void values.delete(text(name, labels)),
    }),
  }
  return { metrics, shown: () => Object.fromEntries(values) }
}

const depth = { name: 'depth', help: 'How deep.', labels: ['name'] }

test('what several parts say is shown as their sum, and what has ended counts no more', () => {
  const { metrics, shown } = recording()
  const gauges = new Gauges(metrics)
  const [a, b] = [gauges.part(), gauges.part()]
  a.metrics.gauge(depth).set(3, { name: 'bind' })
  b.metrics.gauge(depth).set(4, { name: 'bind' })
  b.metrics.gauge(depth).set(1, { name: 'match' })
  assert.deepEqual(shown(), { 'depth{"name":"bind"}': 7, 'depth{"name":"match"}': 1 })
  a.metrics.gauge(depth).set(0, { name: 'bind' })
  assert.equal(shown()['depth{"name":"bind"}'], 4)
  b.end()
  assert.deepEqual(shown(), { 'depth{"name":"bind"}': 0 })
})

test('what a part forgets is shown for as long as another one speaks of it', () => {
  const { metrics, shown } = recording()
  const gauges = new Gauges(metrics)
  const [a, b] = [gauges.part(), gauges.part()]
  for (const { metrics } of [a, b]) metrics.gauge(depth).set(2, { name: 'bind' })
  a.metrics.gauge(depth).forget({ name: 'bind' })
  assert.deepEqual(shown(), { 'depth{"name":"bind"}': 2 })
  b.metrics.gauge(depth).forget({ name: 'bind' })
  assert.deepEqual(shown(), {})
})

test('a gauge without labels goes back to nothing', () => {
  const { metrics, shown } = recording()
  const part = new Gauges(metrics).part()
  part.metrics.gauge({ name: 'waiting', help: 'How many wait.' }).set(5)
  part.end()
  assert.deepEqual(shown(), { 'waiting{}': 0 })
})
