import { errors } from './errors.ts'
import type { ResourceList } from './manifest.ts'

/** How a quantity is written: `1500m`, `2k`, `3G`, or `512Mi`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI'

const grammar = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,4}))?$/
const decimals: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const upwards = { DecimalSI: ['', 'k', 'M', 'G', 'T', 'P', 'E'], BinarySI: ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] }

/** Longer texts are no numbers anyone means, and would cost time. */
const longest = 128

/** What Kubernetes cuts larger amounts off at. */
const largest = (2n ** 63n - 1n) * 1000n

/** A suffix as powers: `Ki` is 2 to the 10th, `k` and `e3` are 10 to the 3rd. */
function powers(suffix = '', exponent = '0'): { readonly two: number; readonly ten: number } {
  if (suffix.endsWith('i')) return { two: 10 * upwards.BinarySI.indexOf(suffix), ten: 0 }
  return { two: 0, ten: decimals[suffix] ?? Number(exponent) }
}

/** Thousandths, away from zero, of digits × 2^two × 10^ten. */
function milliOf(digits: bigint, two: number, ten: number): bigint {
  const doubled = digits << BigInt(two)
  const scale = ten + 3
  if (scale >= 0) return doubled * 10n ** BigInt(scale)
  const divisor = 10n ** BigInt(-scale)
  return (doubled + divisor - 1n) / divisor
}

/**
 * A Kubernetes quantity (`2`, `500m`, `1.5Gi`, `1e3`) in thousandths. Exact down to a thousandth; what is finer is
 * rounded away from zero, what is beyond 2^63 - 1 is cut off there, as Kubernetes does. Throws `QUANTITY_INVALID`.
 */
export function parseQuantity(quantity: string | number): bigint {
  const text = String(quantity)
  const known = lately.get(text)
  if (known !== undefined) return known
  const milli = milliIn(text)
  if (lately.size >= 1000) lately.clear()
  lately.set(text, milli)
  return milli
}

/** What was read lately: the same few quantities are read again and again. */
const lately = new Map<string, bigint>()

function milliIn(text: string): bigint {
  const match = text.length <= longest ? grammar.exec(text) : null
  const [, sign, whole = '', fraction = '', suffix, exponent] = match ?? []
  if (!match || whole + fraction === '') throw errors.QUANTITY_INVALID(text.slice(0, longest))
  const { two, ten } = powers(suffix, exponent)
  const milli = milliOf(BigInt(whole + fraction), two, ten - fraction.length)
  const bounded = milli > largest ? largest : milli
  return sign === '-' ? -bounded : bounded
}

/** How a quantity is written. */
export const formatOf = (quantity: string | number): QuantityFormat =>
  String(quantity).endsWith('i') ? 'BinarySI' : 'DecimalSI'

/** The largest suffix that leaves a whole number. */
function shortened(amount: bigint, step: bigint, suffixes: readonly string[]): string {
  let rest = amount
  let power = 0
  while (rest !== 0n && rest % step === 0n && power < suffixes.length - 1) {
    rest /= step
    power++
  }
  return `${rest}${suffixes[power]}`
}

/**
 * Thousandths as Kubernetes prints them: the largest suffix that needs no fraction. Binary suffixes are only used where
 * they lose nothing and say more than 1023, as in Kubernetes.
 */
export function formatQuantity(milli: bigint, format: QuantityFormat): string {
  if (milli % 1000n !== 0n) return `${milli}m`
  const amount = milli / 1000n
  const binary = format === 'BinarySI' && (amount >= 1024n || amount <= -1024n)
  return binary ? shortened(amount, 1024n, upwards.BinarySI) : shortened(amount, 1000n, upwards.DecimalSI)
}

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compareQuantities(a: string | number, b: string | number): number {
  const [left, right] = [parseQuantity(a), parseQuantity(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** `a + b`, written as `a` is unless it is zero. */
export function addQuantities(a: string | number, b: string | number): string {
  const left = parseQuantity(a)
  return formatQuantity(left + parseQuantity(b), formatOf(left === 0n ? b : a))
}

/** The sum of two lists, resource by resource; one that only one of them names is taken as it is. */
export function addLists(a: ResourceList, b: ResourceList): ResourceList {
  const sum = ([name, amount]: [string, string | number]) => [
    name,
    Object.hasOwn(a, name) ? addQuantities(a[name] ?? 0, amount) : amount,
  ]
  return { ...a, ...Object.fromEntries(Object.entries(b).map(sum)) }
}
