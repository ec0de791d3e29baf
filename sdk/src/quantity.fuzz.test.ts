import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FlotillaError } from './errors.ts'
import { addLists, addQuantities, compareQuantities, formatQuantity, parseQuantity } from './quantity.ts'

const runs = { seed: 1, numRuns: 2000 }

const most = (2n ** 63n - 1n) * 1000n
const milli = fc.bigInt({ min: -most, max: most })
const format = fc.constantFrom('DecimalSI' as const, 'BinarySI' as const)
const suffixes = [
  '',
  'n',
  'u',
  'm',
  'k',
  'M',
  'G',
  'T',
  'P',
  'E',
  'Ki',
  'Mi',
  'Gi',
  'Ti',
  'Pi',
  'Ei',
  'e3',
  'E-2',
  'e+1',
]
const sizes: Readonly<Record<string, readonly [times: bigint, over: bigint]>> = {
  '': [1000n, 1n],
  n: [1n, 10n ** 6n],
  u: [1n, 1000n],
  m: [1n, 1n],
  e3: [10n ** 6n, 1n],
  'E-2': [10n, 1n],
  'e+1': [10n ** 4n, 1n],
}
const size = (suffix: string): readonly [times: bigint, over: bigint] => {
  const [step, power] = suffix.endsWith('i')
    ? [1024n, 'KMGTPE'.indexOf(suffix.slice(0, 1))]
    : [1000n, 'kMGTPE'.indexOf(suffix)]
  return sizes[suffix] ?? [1000n * step ** BigInt(power + 1), 1n]
}

const written = fc.record({
  sign: fc.constantFrom('', '+', '-'),
  whole: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  fraction: fc.option(fc.stringMatching(/^\d{1,9}$/), { nil: undefined }),
  suffix: fc.constantFrom(...suffixes),
})

/** Thousandths, by the rules in words: exact, what is finer away from zero, what is beyond cut off. */
const amount = ({
  sign,
  whole,
  fraction = '',
  suffix,
}: {
  sign: string
  whole: bigint
  fraction?: string | undefined
  suffix: string
}): bigint => {
  const [times, over] = size(suffix)
  const below = over * 10n ** BigInt(fraction.length)
  const top = BigInt(`${whole}${fraction}`) * times
  const exact = top / below + (top % below === 0n ? 0n : 1n)
  const bounded = exact > most ? most : exact
  return sign === '-' ? -bounded : bounded
}

test('what is written is read as the rules in words say', () =>
  fc.assert(
    fc.property(written, (parts) => {
      const { sign, whole, fraction, suffix } = parts
      const text = `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`
      assert.equal(parseQuantity(text), amount(parts), text)
    }),
    runs,
  ))

test('what is printed is read back as the same amount, and prints the same again', () =>
  fc.assert(
    fc.property(milli, format, (value, as) => {
      const text = formatQuantity(value, as)
      assert.equal(parseQuantity(text), value)
      assert.equal(formatQuantity(parseQuantity(text), as), text)
    }),
    runs,
  ))

test('the order is that of the amounts, whatever they are written as', () =>
  fc.assert(
    fc.property(milli, milli, format, format, (a, b, one, other) => {
      const order = compareQuantities(formatQuantity(a, one), formatQuantity(b, other))
      assert.equal(order, a < b ? -1 : a > b ? 1 : 0)
    }),
    runs,
  ))

test('sums are exact, and the same from either side', () =>
  fc.assert(
    fc.property(milli, milli, format, format, (a, b, one, other) => {
      const [left, right] = [formatQuantity(a / 2n, one), formatQuantity(b / 2n, other)]
      const sum = a / 2n + b / 2n
      assert.equal(parseQuantity(addQuantities(left, right)), sum)
      assert.equal(parseQuantity(addQuantities(right, left)), sum)
      assert.equal(parseQuantity(addLists({ cpu: left }, { cpu: right }).cpu ?? ''), sum)
    }),
    runs,
  ))

test('any text is a quantity or said to be none, soon', () => {
  const began = performance.now()
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[-+.\deEKMGimnu]{0,12}$/),
    fc.stringMatching(/^[\d.]{100,400}$/),
    fc.double().map(String),
  )
  fc.assert(
    fc.property(text, (some) => {
      try {
        assert.equal(typeof parseQuantity(some), 'bigint')
      } catch (error) {
        assert.ok(error instanceof FlotillaError, String(error))
        assert.equal(error.code, 'QUANTITY_INVALID')
      }
    }),
    runs,
  )
  assert.ok(performance.now() - began < 10_000)
})
