import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ApiError,
  errors,
  FlotillaError,
  isAlreadyExists,
  isConflict,
  isExpired,
  isNotFound,
  type Status,
} from './errors.ts'

const cause = new Error('the cause')

for (const [code, make] of Object.entries(errors)) {
  test(`${code} is a code, and its error carries it`, () => {
    const args: readonly unknown[] = Array(make.length).fill(cause)
    const error: unknown = Reflect.apply(make, undefined, args)
    assert.match(code, /^[A-Z]+(_[A-Z]+)*$/)
    assert.ok(error instanceof FlotillaError)
    assert.deepEqual([error.code, error.name, typeof error.retry], [code, 'FlotillaError', 'boolean'])
    assert.notEqual(error.message, '')
  })
}

test('the cause is kept, and its words are in the message', () => {
  const error = errors.SERVER_UNREACHABLE('m1', cause)
  assert.equal(error.cause, cause)
  assert.equal(error.message, 'm1 did not answer: the cause')
})

test('a plugin that failed is asked again unless what it threw says otherwise', () => {
  assert.equal(errors.PLUGIN_FAILED('p', 'x.y', cause).retry, true)
  assert.equal(errors.PLUGIN_FAILED('p', 'x.y', errors.QUANTITY_INVALID('z')).retry, false)
})

const answer = (code: number, reason?: string): ApiError => {
  const status: Status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code }
  return new ApiError(reason === undefined ? status : { ...status, reason })
}

const questions = { isNotFound, isAlreadyExists, isConflict, isExpired }
const answers: readonly (readonly [error: unknown, yes: readonly (keyof typeof questions)[]])[] = [
  [answer(404, 'NotFound'), ['isNotFound']],
  [answer(404), ['isNotFound']],
  [answer(409, 'AlreadyExists'), ['isAlreadyExists']],
  [answer(409, 'Conflict'), ['isConflict']],
  [answer(410, 'Expired'), ['isExpired']],
  [answer(410, 'Gone'), ['isExpired']],
  [answer(500, 'InternalError'), []],
  [cause, []],
  [undefined, []],
]
for (const [error, yes] of answers)
  test(`${error instanceof ApiError ? `${error.code} ${error.reason}` : error} is ${yes.join() || 'none of them'}`, () =>
    assert.deepEqual(
      Object.entries(questions).flatMap(([name, ask]) => (ask(error) ? [name] : [])),
      yes,
    ))

test('a server that says nothing is quoted by its code', () => {
  assert.equal(answer(503).message, 'the server answered 503')
  assert.equal(answer(404, 'NotFound').message, 'NotFound')
})
