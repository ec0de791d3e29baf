import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, type ExposedMetrics } from './metrics.ts'

const lines = async (metrics: ExposedMetrics, name: string): Promise<readonly string[]> =>
  (await metrics.expose()).split('\n').filter((line) => line.startsWith(name))

test('a metric is known by its name, and its lines by their labels', async () => {
  const metrics = createMetrics()
  const options = { name: 'visits_total', help: 'Visits', labels: ['place'] }
  const kept = { place: 'oslo' }
  metrics.counter(options).add(kept)
  metrics.counter(options).add(kept, 2)
  metrics.counter(options).add({ place: 'oslo' })
  metrics.counter(options).add({ place: 'paris' })
  assert.deepEqual(await lines(metrics, 'visits_total{'), [
    'visits_total{place="oslo"} 4',
    'visits_total{place="paris"} 1',
  ])
  metrics.counter(options).add(kept)
  assert.deepEqual(await lines(metrics, 'visits_total{place="oslo"'), ['visits_total{place="oslo"} 5'])
})

test('a gauge that is forgotten has no line, until it is set again', async () => {
  const metrics = createMetrics()
  const gauge = metrics.gauge({ name: 'depth', help: 'Depth', labels: ['queue'] })
  const own = { queue: 'a' }
  gauge.set(3, own)
  gauge.forget(own)
  assert.deepEqual(await lines(metrics, 'depth{'), [])
  gauge.set(4, own)
  assert.deepEqual(await lines(metrics, 'depth{'), ['depth{queue="a"} 4'])
})

test('without labels there is one line', async () => {
  const metrics = createMetrics()
  metrics.histogram({ name: 'took_seconds', help: 'Time', buckets: [1] }).observe(0.5)
  assert.deepEqual(await lines(metrics, 'took_seconds'), [
    'took_seconds_bucket{le="1"} 1',
    'took_seconds_bucket{le="+Inf"} 1',
    'took_seconds_sum 0.5',
    'took_seconds_count 1',
  ])
})
