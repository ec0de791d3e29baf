import assert from 'node:assert/strict'
import { test } from 'node:test'
import { table } from './table.ts'

test('a table reads as kubectl prints one', () => {
  assert.equal(
    table(
      ['NAME', 'READY'],
      [
        ['web', '2/2'],
        ['a-longer-name', undefined],
      ],
    ),
    ['NAME            READY', 'web             2/2', 'a-longer-name   <none>'].join('\n'),
  )
})
