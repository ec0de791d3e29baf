import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addLists, compareQuantities, formatQuantity, parseQuantity } from './quantity.ts'

const parsed: readonly (readonly [quantity: string | number, milli: bigint])[] = [
  ['0', 0n],
  [2, 2_000n],
  [0.5, 500n],
  ['500m', 500n],
  ['1.5', 1_500n],
  ['5.', 5_000n],
  ['.5', 500n],
  ['+3', 3_000n],
  ['-3', -3_000n],
  ['1n', 1n],
  ['999999n', 1n],
  ['1000001n', 2n],
  ['-1n', -1n],
  ['1500u', 2n],
  ['0.0001', 1n],
  ['1k', 1_000_000n],
  ['1M', 10n ** 9n],
  ['1G', 10n ** 12n],
  ['1T', 10n ** 15n],
  ['1P', 10n ** 18n],
  ['1E', 10n ** 21n],
  ['1e3', 1_000_000n],
  ['1E3', 1_000_000n],
  ['12e-3', 12n],
  ['1.25e2', 125_000n],
  [1e21, (2n ** 63n - 1n) * 1000n],
  ['1e9999', (2n ** 63n - 1n) * 1000n],
  ['-1e9999', -(2n ** 63n - 1n) * 1000n],
  ['1e-9999', 1n],
  ['1Ki', 1_024_000n],
  ['1.5Ki', 1_536_000n],
  ['0.1Ki', 102_400n],
  ['1Mi', 2n ** 20n * 1000n],
  ['1Gi', 2n ** 30n * 1000n],
  ['1Ti', 2n ** 40n * 1000n],
  ['1Pi', 2n ** 50n * 1000n],
  ['1Ei', 2n ** 60n * 1000n],
  ['9007199254740993', 9007199254740993000n],
]

for (const [quantity, milli] of parsed) {
  test(`${JSON.stringify(quantity)} is ${milli} thousandths`, () => assert.equal(parseQuantity(quantity), milli))
}

const garbage = [
  '',
  '.',
  '-',
  'm',
  '1K',
  '1ki',
  '1mi',
  '1 Gi',
  ' 1',
  '1Gi ',
  '--1',
  '1e',
  '1e1.5',
  '0x10',
  'NaN',
  '1,5',
]
for (const text of [...garbage, `1${'0'.repeat(200)}`]) {
  test(`"${text.slice(0, 20)}" is no quantity, and the error says so`, () =>
    assert.throws(
      () => parseQuantity(text),
      (error: Error) => error.message.startsWith(`"${text.slice(0, 128)}" is not a quantity`),
    ))
}

const printed: readonly (readonly [milli: bigint, decimal: string, binary: string])[] = [
  [0n, '0', '0'],
  [1n, '1m', '1m'],
  [1_500n, '1500m', '1500m'],
  [1_000n, '1', '1'],
  [999_000n, '999', '999'],
  [1_000_000n, '1k', '1k'],
  [1_500_000n, '1500', '1500'],
  [1_023_000n, '1023', '1023'],
  [1_024_000n, '1024', '1Ki'],
  [-1_024_000n, '-1024', '-1Ki'],
  [2n ** 30n * 1_000n, '1073741824', '1Gi'],
  [1_500n * 2n ** 20n * 1_000n, '1572864k', '1500Mi'],
  [10n ** 12n, '1G', '1000000000'],
  [10n ** 24n, '1000E', '953674316406250Mi'],
  [2n ** 70n * 1_000n, '1180591620717411303424', '1024Ei'],
]
for (const [milli, decimal] of printed) {
  test(`${milli} thousandths print as ${decimal}`, () => assert.equal(formatQuantity(milli, 'DecimalSI'), decimal))
}
for (const [milli, , binary] of printed) {
  test(`${milli} thousandths print as ${binary} in binary`, () =>
    assert.equal(formatQuantity(milli, 'BinarySI'), binary))
}

test('what is printed in its own format is read back as the same amount', () => {
  for (const milli of [7n, 1_000n, 123_456_000n, 2n ** 41n * 1_000n, -5_000n]) {
    assert.equal(parseQuantity(formatQuantity(milli, 'DecimalSI')), milli)
    assert.equal(parseQuantity(formatQuantity(milli, 'BinarySI')), milli)
  }
})

test('quantities are sorted by amount, not by text', () => {
  assert.deepEqual(['1Gi', '900m', 1, '1G', '2'].sort(compareQuantities), ['900m', 1, '2', '1G', '1Gi'])
  assert.equal(compareQuantities('1', '1000m'), 0)
})

const sums: readonly (readonly [a: string | number, b: string | number, sum: string])[] = [
  ['500m', '500m', '1'],
  ['1', 1, '2'],
  ['512Mi', '512Mi', '1Gi'],
  ['1Gi', '1G', '2073741824'],
  ['0', '1Ki', '1Ki'],
  ['1G', '1Gi', '2073741824'],
  ['1Ki', '0.5', '1024500m'],
]
for (const [a, b, sum] of sums) {
  test(`${a} and ${b} are ${sum}`, () => assert.deepEqual(addLists({ cpu: a }, { cpu: b }), { cpu: sum }))
}

test('a sum of lists has what either names', () => {
  const [a, b] = [
    { cpu: '1', memory: '1Gi' },
    { cpu: '1', 'nvidia.com/gpu': 1, constructor: '1' },
  ]
  assert.deepEqual(addLists(a, b), { cpu: '2', memory: '1Gi', 'nvidia.com/gpu': 1, constructor: '1' })
  assert.deepEqual(a, { cpu: '1', memory: '1Gi' })
})
