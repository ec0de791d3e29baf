import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError, type Client, type Condition, errors } from '@flotilla/sdk'
import { probe, type Streak, streak, turns } from './health.ts'

/** A client whose health endpoints answer with these codes; 0 is no answer. */
const answering = (codes: Readonly<Record<string, number>>): Pick<Client, 'raw'> => ({
  async raw({ path }) {
    const code = codes[path] ?? 404
    if (code === 0) throw errors.SERVER_UNREACHABLE('member1', 'timeout')
    if (code >= 400) throw new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code })
    return { status: code, body: 'ok' }
  },
})

describe('a cluster that answers', () => {
  const cases: Record<string, readonly [Readonly<Record<string, number>>, string]> = {
    'ready is ready': [{ '/readyz': 200 }, 'ready'],
    'not ready is unhealthy': [{ '/readyz': 500, '/healthz': 200 }, 'unhealthy'],
    'ready in the old way is ready': [{ '/readyz': 404, '/healthz': 200 }, 'ready'],
    'neither is unhealthy': [{}, 'unhealthy'],
    'nothing is offline': [{ '/readyz': 0 }, 'offline'],
    'that it may not say is unhealthy': [{ '/readyz': 403 }, 'unhealthy'],
  }
  for (const [name, [codes, expected]] of Object.entries(cases)) {
    test(name, async () => {
      const client = answering(codes) as Client // raw is all that is asked of it
      assert.equal(await probe(client, new AbortController().signal), expected)
    })
  }
})

test('a streak lasts while the same is seen', () => {
  const first = streak(undefined, 'True', 1)
  assert.equal(streak(first, 'True', 5), first)
  assert.deepEqual(streak(first, 'False', 5), { status: 'False', since: 5 })
})

describe('the condition of a cluster', () => {
  const now = 100_000
  const thresholds = { success: 30_000, failure: 20_000 }
  const condition = (status: Condition['status']): Condition => ({
    type: 'Ready',
    status,
    reason: '',
    message: '',
    lastTransitionTime: '',
  })
  const seen = (status: Condition['status'], ago: number): Streak => ({ status, since: now - ago })
  const cases: Record<string, readonly [Condition | undefined, Streak | undefined, Streak, boolean]> = {
    'believes what is seen first': [undefined, undefined, seen('False', 0), true],
    'does not give up a ready cluster at once': [condition('True'), seen('True', 9), seen('False', 19_999), false],
    'gives it up in time': [condition('True'), seen('False', 20_000), seen('False', 20_000), true],
    'is not cheered up at once': [condition('False'), seen('False', 9), seen('True', 29_999), false],
    'is cheered up in time': [condition('False'), seen('True', 30_000), seen('True', 30_000), true],
    'takes another reason for the same': [condition('False'), seen('False', 9), seen('False', 9), true],
    'believes good news after a start': [condition('False'), undefined, seen('True', 0), true],
    'doubts bad news after a start': [condition('True'), undefined, seen('False', 0), false],
    'believes good news when nobody knew': [condition('Unknown'), seen('True', 9), seen('True', 9), true],
    'has to turn to say something after it was unknown': [
      condition('Unknown'),
      seen('False', 9),
      seen('False', 9),
      true,
    ],
  }
  for (const [name, [current, before, observed, expected]] of Object.entries(cases)) {
    test(name, () => assert.equal(turns(current, before, observed, now, thresholds), expected))
  }
})
