import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ApiError, again, done, errors, type Outcome, type Status } from '@flotilla/sdk'
import { status } from './testing/objects.ts'
import { recordingLog, recordingMetrics } from './testing/surroundings.ts'
import { until } from './testing/until.ts'
import { createWorker, type WorkerOptions } from './worker.ts'

type Step = WorkerOptions<string>['step']

function working(test: TestContext, step: Step, options: Partial<WorkerOptions<string>> = {}) {
  const log = recordingLog()
  const worker = createWorker<string>(
    { name: 'w', keyText: (key) => key, step, ...options },
    { log, metrics: recordingMetrics() },
  )
  const stop = new AbortController()
  const start = () => {
    const running = worker.run(stop.signal)
    test.after(async () => {
      stop.abort()
      await running
    })
    return running
  }
  return { worker, log, stop, start }
}

/** A step that can be seen and held. */
function held() {
  const begun: string[] = []
  const release: (() => void)[] = []
  const step: Step = (key) => {
    begun.push(key)
    return new Promise<Outcome>((resolve) => release.push(() => resolve(done)))
  }
  return { begun, release, step }
}

test('works on as many keys at once as it has workers', async (context) => {
  const { begun, release, step } = held()
  const { worker, start } = working(context, step, { workers: 2 })
  for (const key of ['a', 'b', 'c']) worker.enqueue(key)
  assert.equal(worker.depth, 3)
  start()
  await until(() => begun.length === 2)
  release[1]?.()
  await until(() => begun.length === 3)
  assert.deepEqual(begun, ['a', 'b', 'c'])
  for (const let_go of release) let_go()
  await until(() => worker.depth === 0)
})

test('never works on one key twice at once', async (context) => {
  const { begun, release, step } = held()
  const { worker, start } = working(context, step)
  start()
  worker.enqueue('a')
  await until(() => begun.length === 1)
  worker.enqueue('a')
  worker.enqueue('b')
  await until(() => begun.length === 2)
  assert.deepEqual(begun, ['a', 'b'])
  release[0]?.()
  await until(() => begun.length === 3)
  assert.deepEqual(begun, ['a', 'b', 'a'])
  for (const let_go of release) let_go()
})

test('does not begin a step inside the call that adds its key', async (context) => {
  let begun = false
  const { worker, start } = working(context, async () => {
    begun = true
    return done
  })
  start()
  worker.enqueue('a')
  assert.equal(begun, false)
  await until(() => begun)
})

test('looks again when the outcome says so', async (context) => {
  let steps = 0
  const { worker, start } = working(context, async () => (++steps < 3 ? again(1) : done))
  start()
  worker.enqueue('a')
  await until(() => steps === 3)
})

const conflict = new ApiError(status(409, 'Conflict').body as Status)
const there = new ApiError(status(409, 'AlreadyExists').body as Status)
for (const [what, error, steps, level] of [
  ['an error comes back later', new Error('no'), 2, 'error'],
  ['a lost race comes back and is not worth an error line', conflict, 2, 'debug'],
  ['what is there, and not seen yet, is a lost race', there, 2, 'debug'],
  ['an error worth a retry comes back', errors.CLUSTER_UNKNOWN('m'), 2, 'error'],
  ['an error not worth a retry waits for a change', errors.SCHEDULE_UNFIT('no'), 1, 'error'],
] as const) {
  test(what, async (context) => {
    const seen: string[] = []
    const { worker, start, log } = working(context, async (key) => {
      seen.push(key)
      if (key === 'end' || seen.length > 1) return done
      setImmediate(() => worker.enqueueAfter('end', 50)) // after what comes back, however slow this process is
      throw error
    })
    start()
    worker.enqueue('a')
    await until(() => seen.includes('end'))
    assert.equal(seen.filter((key) => key === 'a').length, steps)
    assert.deepEqual(log.lines, [
      { level, message: 'reconcile failed', fields: { controller: 'w', key: 'a', retry: steps === 2, error } },
    ])
  })
}

test('what is there again and again is an error', async (context) => {
  let steps = 0
  const { worker, start, log } = working(context, async () => {
    if (++steps > 3) return done
    throw there
  })
  start()
  worker.enqueue('a')
  await until(() => steps === 4)
  assert.deepEqual(
    log.lines.map(({ level }) => level),
    ['debug', 'error', 'error'],
  )
})

test('a step that throws before it promises is a step that failed', async (context) => {
  let steps = 0
  const { worker, start } = working(context, () => {
    if (++steps === 1) throw new Error('no')
    return Promise.resolve(done)
  })
  start()
  worker.enqueue('a')
  await until(() => steps === 2)
})

test('a step gets a signal that ends when its time is up', async (context) => {
  let steps = 0
  const { worker, start, log } = working(
    context,
    (_key, signal) =>
      ++steps > 1
        ? Promise.resolve(done)
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    { timeoutMs: 10 },
  )
  start()
  worker.enqueue('a')
  await until(() => steps === 2)
  assert.match(String(log.lines[0]?.fields.error), /no answer within 0.01 s/)
})

test('when told to stop it ends the steps, waits for them, and complains of nothing', async (context) => {
  let ended = false
  const { worker, start, stop, log } = working(context, async (_key, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await Promise.resolve()
    ended = true
    throw signal.reason
  })
  const running = start()
  worker.enqueue('a')
  await until(() => worker.depth === 1)
  await new Promise(setImmediate)
  stop.abort()
  await running
  assert.deepEqual([ended, log.lines, worker.depth], [true, [], 0])
})

test('can run again after it stopped, but not twice at once', async (context) => {
  const seen: string[] = []
  const { worker, start, stop } = working(context, async (key) => {
    seen.push(key)
    return done
  })
  const running = start()
  await assert.rejects(worker.run(stop.signal), /runs already/)
  stop.abort()
  await running
  worker.enqueue('dropped')
  const second = new AbortController()
  const runningAgain = worker.run(second.signal)
  worker.enqueue('a')
  await until(() => seen.length === 1)
  second.abort()
  await runningAgain
  assert.deepEqual(seen, ['a'])
})

test('a long backlog lets timers and input have their turn', async (context) => {
  let steps = 0
  let stepsAtFirstTurn: number | undefined
  const { worker, start } = working(context, async () => {
    steps++
    return done
  })
  for (let key = 0; key < 1000; key++) worker.enqueue(String(key))
  start()
  setImmediate(() => {
    stepsAtFirstTurn = steps
  })
  await until(() => steps === 1000)
  assert.ok(stepsAtFirstTurn !== undefined && stepsAtFirstTurn <= 64, `${stepsAtFirstTurn} steps went first`)
})

const hurried = { waits: { baseMs: 1, capMs: 1 } }
const putOff = new ApiError(status(429, 'TooManyRequests', { retryAfterSeconds: 0.2 }).body as Status)
for (const [name, error] of [
  ['a server that is away is not asked again at once', errors.SERVER_UNREACHABLE('server', 'gone')],
  ['a server that asks for time is given it', putOff],
] as const) {
  test(name, async (context) => {
    const at: number[] = []
    const step: Step = async () => {
      at.push(performance.now())
      if (at.length === 1) throw error
      return done
    }
    const { worker, start } = working(context, step, hurried)
    start()
    worker.enqueue('a')
    await until(() => at.length === 2)
    assert.ok((at[1] ?? 0) - (at[0] ?? 0) >= 120)
  })
}
