import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryIn, type Try } from './retry.ts'

const lost = (code: string): Try => ({ error: Object.assign(new Error(code), { code }) })
const answered = (status: number, retryAfter?: string): Try => ({
  response: { status, body: '', headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } },
})

const cases: readonly [string, string, number, Try, number | undefined][] = [
  ['a read whose connection broke', 'GET', 1, lost('ECONNRESET'), 100],
  ['a read whose connection broke twice', 'GET', 2, lost('UND_ERR_SOCKET'), 200],
  ['a read whose connection broke three times', 'GET', 3, lost('EPIPE'), undefined],
  ['a read whose stream was reset', 'GET', 1, lost('ERR_HTTP2_STREAM_ERROR'), 100],
  ['a write whose connection broke', 'POST', 1, lost('ECONNRESET'), undefined],
  ['a read of a server that is not there', 'GET', 1, lost('ECONNREFUSED'), undefined],
  ['a read that was given up', 'GET', 1, { error: new DOMException('', 'AbortError') }, undefined],
  ['a write put off for 2 s', 'POST', 1, answered(429, '2'), 2000],
  ['a read put off for 0 s', 'GET', 1, answered(503, '0'), 0],
  ['a request put off without a time', 'GET', 1, answered(429), undefined],
  ['a request put off for a minute', 'GET', 1, answered(429, '60'), undefined],
  ['a request put off five times', 'GET', 5, answered(429, '1'), undefined],
  ['an error that says when', 'GET', 1, answered(500, '1'), undefined],
  ['a success', 'GET', 1, answered(200), undefined],
]
for (const [what, method, tries, outcome, wait] of cases) {
  test(`${what}: ${wait === undefined ? 'stands' : `again in ${wait} ms`}`, () => {
    assert.equal(
      retryIn({ method, path: '/' }, tries, outcome, () => 0),
      wait,
    )
  })
}
