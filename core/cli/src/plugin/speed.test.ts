import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '@flotilla/core'
import { speedsIn } from './speed.ts'

const metrics = createMetrics()
const duration = metrics.histogram({
  name: 'flotilla_plugin_duration_seconds',
  help: 'How long',
  labels: ['plugin', 'point', 'result'],
  buckets: [0.001, 0.01, 0.1],
})

const took = (seconds: number, times: number, labels = { plugin: 'a "b"', point: 'x.y', result: 'success' }) => {
  for (let i = 0; i < times; i++) duration.observe(seconds, labels)
}

test('calls, errors and the slowest of a hundred are read from the metrics', async () => {
  took(0.0005, 90)
  took(0.005, 5)
  took(0.05, 5, { plugin: 'a "b"', point: 'x.y', result: 'error' })
  const speedOf = speedsIn(await metrics.expose())
  const { answered, errors, p99 } = speedOf('a "b"', 'x.y') ?? assert.fail()
  assert.deepEqual([answered, errors], [100, 5])
  assert.ok(p99 !== undefined && Math.abs(p99 - (0.01 + 0.09 * 0.8)) < 1e-9, `${p99}`)
  assert.equal(speedOf('a "b"', 'x.z'), undefined)
})

test('what took longer than all that is counted took at least that long', async () => {
  took(5, 1, { plugin: 'slow', point: 'x.y', result: 'success' })
  assert.equal(speedsIn(await metrics.expose())('slow', 'x.y')?.p99, 0.1)
})

test('who is not asked for a while is known', async () => {
  const circuit = metrics.gauge({ name: 'flotilla_plugin_circuit_open', help: 'Whether', labels: ['plugin', 'point'] })
  circuit.set(1, { plugin: 'torn', point: 'x.y' })
  circuit.set(0, { plugin: 'slow', point: 'x.y' })
  const speedOf = speedsIn(await metrics.expose())
  assert.deepEqual([speedOf('torn', 'x.y')?.isLeftAlone, speedOf('slow', 'x.y')?.isLeftAlone], [true, false])
})
