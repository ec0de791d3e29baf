import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, errors } from '@flotilla/sdk'
import { naming, sentence } from './sentence.ts'

const refused = (reason: string, message: string) =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 400, reason, message })

const said: Readonly<Record<string, readonly [error: unknown, sentence: string]>> = {
  'an error of ours has its code': [errors.CLUSTER_UNKNOWN('paris'), 'CLUSTER_UNKNOWN: there is no cluster paris'],
  'a refusal has its reason': [refused('Invalid', 'spec.x: too small'), 'Invalid: spec.x: too small'],
  'a refusal that is nothing but its reason says it once': [refused('Unauthorized', 'Unauthorized'), 'Unauthorized'],
  'the first of many lines is enough': [new Error('no such file\n 1 | a: [\n-----^'), 'no such file'],
  'anything can be thrown': ['a word', 'a word'],
}
for (const [name, [error, expected]] of Object.entries(said)) {
  test(name, () => assert.equal(sentence(error), expected))
}

test('a failed step is told with what it was about, and keeps its cause', async () => {
  const cause = errors.CLUSTER_UNKNOWN('paris')
  await assert.rejects(
    naming('the member', () => Promise.reject(cause)),
    { message: 'the member: CLUSTER_UNKNOWN: there is no cluster paris', cause },
  )
  assert.equal(await naming('the member', () => 42), 42)
})
