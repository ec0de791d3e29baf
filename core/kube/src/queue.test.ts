import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { Queue, type QueueOptions } from './queue.ts'
import { recordingMetrics } from './testing/surroundings.ts'

const newQueue = (metrics = recordingMetrics(), more: Pick<QueueOptions<string>, 'rank' | 'onDepth'> = {}) => {
  let ready = 0
  const queue = new Queue<string>({
    name: 'q',
    keyText: (key) => key,
    metrics,
    onReady: () => ready++,
    now: () => Date.now(),
    random: () => 0,
    ...more,
  })
  return Object.assign(queue, { metrics, readied: () => ready })
}

/** Takes and finishes everything that waits. */
const drain = (queue: Queue<string>): string[] => {
  const keys: string[] = []
  for (let taken = queue.take(); taken; taken = queue.take()) {
    keys.push(taken.key)
    queue.done(taken)
  }
  return keys
}

const withTime = (run: (tick: (milliseconds: number) => void) => void) => () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  try {
    run((milliseconds) => mock.timers.tick(milliseconds))
  } finally {
    mock.timers.reset()
  }
}

test('keys come out in the order they were added, each once', () => {
  const queue = newQueue()
  for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key)
  assert.deepEqual(drain(queue), ['a', 'b', 'c'])
  assert.equal(queue.depth, 0)
})

test('a key added while it is worked on waits until that is done, and then once', () => {
  const queue = newQueue()
  queue.add('a')
  const taken = queue.take()
  assert.ok(taken)
  queue.add('a')
  queue.add('a')
  assert.equal(queue.take(), undefined)
  assert.equal(queue.depth, 1)
  queue.done(taken)
  assert.deepEqual(drain(queue), ['a'])
})

test('normal goes before low, and a key added as both is normal', () => {
  const queue = newQueue()
  for (const key of ['a', 'b', 'c']) queue.add(key, 'low')
  queue.add('d', 'normal')
  queue.add('b', 'normal')
  queue.add('d', 'low')
  assert.deepEqual(drain(queue), ['d', 'b', 'a', 'c'])
})

test('a higher rank goes first, whatever came before; within one, normal before low, then the earlier', () => {
  const queue = newQueue(undefined, { rank: (key) => Number(key.slice(1)) })
  for (const key of ['a0', 'b9', 'c-3', 'd9', 'e0', 'f2147483647', 'g-2147483648']) queue.add(key, 'low')
  queue.add('h0')
  queue.add('d9')
  assert.deepEqual(drain(queue), ['f2147483647', 'd9', 'b9', 'h0', 'a0', 'e0', 'c-3', 'g-2147483648'])
})

test('a key goes by the rank it has when it is added again', () => {
  const ranks: Record<string, number> = { a: 0, b: 1, c: 2 }
  const queue = newQueue(undefined, { rank: (key) => ranks[key] ?? 0 })
  for (const key of ['a', 'b', 'c']) queue.add(key)
  Object.assign(ranks, { a: 3, c: -1 })
  queue.add('a')
  queue.add('c', 'low')
  assert.deepEqual(drain(queue), ['a', 'b', 'c'])
})

test('who asks is told how many keys wait', () => {
  const depths: number[] = []
  const queue = newQueue(undefined, { onDepth: (waiting) => depths.push(waiting) })
  queue.add('a')
  queue.add('b')
  queue.take()
  queue.close()
  assert.deepEqual(depths, [1, 2, 1, 0])
})

test('a key worked on is promoted too', () => {
  const queue = newQueue()
  queue.add('a', 'low')
  const taken = queue.take()
  assert.ok(taken)
  queue.add('a', 'low')
  queue.add('b', 'low')
  queue.add('a', 'normal')
  queue.done(taken)
  assert.deepEqual(drain(queue), ['a', 'b'])
})

test(
  'later keys come when they are due, in order of their times',
  withTime((tick) => {
    const queue = newQueue()
    queue.addAfter('c', 300)
    queue.addAfter('a', 100)
    queue.addAfter('b', 200)
    tick(99)
    assert.deepEqual(drain(queue), [])
    tick(1)
    assert.deepEqual(drain(queue), ['a'])
    tick(200)
    assert.deepEqual(drain(queue), ['b', 'c'])
  }),
)

test(
  'of several later times the earliest holds',
  withTime((tick) => {
    const queue = newQueue()
    queue.addAfter('a', 200)
    queue.addAfter('a', 100)
    queue.addAfter('a', 300)
    tick(100)
    assert.deepEqual(drain(queue), ['a'])
    tick(1000)
    assert.deepEqual(drain(queue), [])
  }),
)

test(
  'a wait longer than a timer can be is kept',
  withTime((tick) => {
    const queue = newQueue()
    queue.addAfter('a', 2 ** 31 + 1000)
    tick(2 ** 31 - 1)
    assert.deepEqual(drain(queue), [])
    tick(1001)
    assert.deepEqual(drain(queue), ['a'])
  }),
)

test(
  'failures double the wait up to a minute; forgetting starts over',
  withTime((tick) => {
    const queue = newQueue()
    queue.add('a', 'low')
    const waits: number[] = []
    for (let failure = 0; failure < 16; failure++) {
      const taken = queue.take()
      assert.ok(taken)
      queue.retry(taken)
      queue.done(taken)
      let waited = 0
      while (queue.depth === 0) {
        tick(5)
        waited += 5
      }
      waits.push(waited)
    }
    assert.deepEqual(waits.slice(0, 4), [5, 10, 20, 40])
    assert.deepEqual(waits.slice(-2), [60_000, 60_000])
    const taken = queue.take()
    assert.ok(taken)
    assert.equal(taken.priority, 'low')
    queue.forget(taken)
    queue.retry(taken)
    queue.done(taken)
    tick(5)
    assert.equal(queue.depth, 1)
  }),
)

test(
  'a closed queue forgets what waits, takes nothing in, and leaves no timer',
  withTime((tick) => {
    const queue = newQueue()
    queue.add('a')
    queue.addAfter('b', 10)
    queue.close()
    queue.add('c')
    tick(10)
    assert.deepEqual([drain(queue), queue.depth], [[], 0])
    queue.open()
    queue.add('d')
    queue.addAfter('e', 10)
    tick(10)
    assert.deepEqual(drain(queue), ['d', 'e'])
  }),
)

test(
  'tells its metrics as client-go does',
  withTime(() => {
    const queue = newQueue()
    queue.add('a')
    queue.add('a')
    queue.addAfter('b', 10)
    assert.equal(queue.metrics.read('workqueue_depth{name="q"}'), 1)
    drain(queue)
    const read = (metric: string) => queue.metrics.read(`workqueue_${metric}{name="q"}`)
    assert.deepEqual(
      ['depth', 'adds_total', 'retries_total', 'queue_duration_seconds', 'work_duration_seconds'].map(read),
      [0, 1, 1, 1, 1],
    )
    queue.close()
  }),
)

test('says when there is something to take', () => {
  const queue = newQueue()
  queue.add('a')
  queue.add('a')
  assert.equal(queue.readied(), 1)
})
