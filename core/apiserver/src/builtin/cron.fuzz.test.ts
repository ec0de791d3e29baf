import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { cronProblem } from './cron.ts'

const runs = { seed: 1, numRuns: 2000 }

interface Bounds {
  readonly least: number
  readonly most: number
}

const bounds: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12 },
  { least: 0, most: 6 },
]

const part = ({ least, most }: Bounds): fc.Arbitrary<string> => {
  const number = fc.integer({ min: least, max: most })
  const span = fc.tuple(number, number).map((two) => `${Math.min(...two)}-${Math.max(...two)}`)
  const base = fc.oneof(fc.constantFrom('*', '?'), number.map(String), span)
  return fc.oneof(
    base,
    fc.tuple(base, fc.integer({ min: 1, max: 99 })).map(([of, by]) => `${of}/${by}`),
  )
}
const field = (of: Bounds): fc.Arbitrary<string> =>
  fc.array(part(of), { minLength: 1, maxLength: 3 }).map((all) => all.join())
const schedule = fc.tuple(...bounds.map(field)).map((fields) => fields.join(' '))
/** Sunday is 0, and 7 too. */
const beyond = (of: Bounds): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constant(of.most + (of.most === 6 ? 2 : 1)),
    fc.constant(of.least - 1),
    fc.integer({ min: 100, max: 1e9 }),
  )
const spoiled = fc
  .nat(bounds.length - 1)
  .chain((at) => fc.tuple(schedule, fc.constant(at), beyond(bounds[at] as Bounds))) // there are as many
  .map(([text, at, bad]) =>
    text
      .split(' ')
      .map((each, i) => (i === at ? `${each},${bad}` : each))
      .join(' '),
  )

describe('schedules', () => {
  test('one that keeps the rules has no problem', () =>
    fc.assert(
      fc.property(schedule, (text) => assert.equal(cronProblem(text), undefined, text)),
      runs,
    ))

  test('one with a value out of its bounds, anywhere, has one', () =>
    fc.assert(
      fc.property(spoiled, (text) => assert.equal(typeof cronProblem(text), 'string', text)),
      runs,
    ))

  test('whatever is written has no problem or one in words, soon', () => {
    const began = performance.now()
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[-*?,/ \da-z@]{0,40}$/),
      fc.constantFrom('@every ', ' ', '1,', '*/', '-', '1').map((piece) => piece.repeat(20_000)),
      fc.stringMatching(/^@every (\d{1,3}(h|m|s|ms|x)){0,20}$/),
    )
    fc.assert(
      fc.property(text, (some) => {
        const problem = cronProblem(some)
        assert.ok(problem === undefined || problem.length > 0)
      }),
      runs,
    )
    assert.ok(performance.now() - began < 10_000)
  })
})
