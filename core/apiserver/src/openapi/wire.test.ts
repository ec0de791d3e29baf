import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, double, flag, message, repeated, text, whole } from './wire.ts'

const cases: readonly (readonly [what: string, written: Buffer, hex: string])[] = [
  ['a whole number', whole(1, 150), '089601'],
  ['zero, which need not be said', whole(1, 0), ''],
  ['a text', text(2, 'testing'), '120774657374696e67'],
  ['no text', text(2, undefined), ''],
  ['an empty text', text(2, ''), '1200'],
  ['a flag', flag(3, true), '1801'],
  ['no flag', flag(3, false), ''],
  ['a number', double(4, 1), '21000000000000f03f'],
  ['a message in a message', bytes(3, message(whole(1, 150))), '1a03089601'],
  ['a field of a large number', text(31, 'a'), 'fa010161'],
  ['a field for each value', repeated(['a', 'b'], (value) => text(1, value)), '0a01610a0162'],
  ['a long text', text(1, 'x'.repeat(200)), `0ac801${'78'.repeat(200)}`],
]

for (const [what, written, hex] of cases) test(what, () => assert.equal(written.toString('hex'), hex))
