import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { definePlugin, on, schedule } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { exchangeOf, judgeExchange, readExchanges } from './exchange.ts'

const folder = mkdtempSync(join(tmpdir(), 'flotilla-exchange-'))
after(() => rmSync(folder, { recursive: true }))

const wind = definePlugin({
  name: 'wind',
  extensions: () => [
    on(schedule.score, ({ clusters }) => (clusters.length === 0 ? undefined : { paris: 100 })),
    on(schedule.select, () => {
      throw new Error('no idea')
    }),
  ],
})
const { ask } = fakeHost({ plugins: [wind] })

const asked = { binding: {}, placement: {}, clusters: [{ metadata: { name: 'paris' } }] }

const judged = async (words: object) => {
  const { passed, differences, error } = await judgeExchange(ask, {
    from: 'x:1',
    words: exchangeOf({ name: 'x', argument: asked, ...words }),
  })
  return { passed, differences, error }
}

test('what is answered again passes, and something else does not', async () => {
  const point = 'schedule.score'
  assert.equal((await judged({ point, answer: { paris: 100 } })).passed, true)
  const { passed, differences } = await judged({ point, answer: { paris: 50 } })
  assert.equal(passed, false)
  assert.deepEqual(differences, [{ path: 'answer.paris', expected: 50, actual: 100 }])
})

test('no opinion is null', async () => {
  assert.equal((await judged({ point: 'schedule.assign', answer: null })).passed, true)
})

test('who fails has failed the exchange', async () => {
  const { passed, error = '' } = await judged({ point: 'schedule.select', answer: null })
  assert.equal(passed, false)
  assert.match(error, /no idea/)
})

const wrong: Readonly<Record<string, readonly [value: unknown, says: RegExp]>> = {
  'something else': ['x', /it is not an object/],
  'no name': [{ point: 'schedule.score' }, /it has no name/],
  'a point that is none': [
    { name: 'x', point: 'schedule.guess', argument: {}, answer: {} },
    /there is no point schedule\.guess; there are interpret\.replicas, /,
  ],
  'no argument': [{ name: 'x', point: 'schedule.score', answer: {} }, /x: it has no argument/],
  'no answer': [{ name: 'x', point: 'schedule.score', argument: {} }, /x: it has no answer; null is no opinion/],
}
for (const [name, [value, message]] of Object.entries(wrong))
  test(`an exchange cannot be read: ${name}`, () => assert.throws(() => exchangeOf(value), { message }))

test('exchanges are read file by file, each with its place', () => {
  mkdirSync(join(folder, 'exchanges'))
  writeFileSync(
    join(folder, 'exchanges/score.yaml'),
    'name: a\npoint: schedule.score\nargument: {}\nanswer: null\n---\nname: b\n---\n[\n',
  )
  const found = readExchanges(folder)
  assert.deepEqual(
    found.map(({ from, words, error }) => [/score\.yaml:(\d+)$/.exec(from)?.[1], words?.name, error !== undefined]),
    [
      ['1', 'a', false],
      ['6', undefined, true],
      ['9', undefined, true],
    ],
  )
  assert.deepEqual(readExchanges(join(folder, 'exchanges')), [])
})
