import { isIP } from 'node:net'
import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel'
import { opaque } from './opaque.ts'

const { BOOL, INT, STRING } = CelScalar

/** An address as a number. */
interface Address {
  readonly family: 4 | 6
  readonly bits: bigint
}

/** A part of a family's addresses: those that begin alike. */
interface Range extends Address {
  readonly length: number
}

const ips = opaque<Address>('net.IP')
const ranges = opaque<Range>('net.CIDR')

const sizeOf = ({ family }: Pick<Address, 'family'>): number => (family === 4 ? 32 : 128)

const number = (parts: readonly string[], radix: 10 | 16): bigint =>
  parts.reduce((sum, part) => (sum << (radix === 10 ? 8n : 16n)) | BigInt(Number.parseInt(part, radix)), 0n)

/** The shortest way to write it, without brackets. */
const shortest = (text: string): string => new URL(`http://[${text}]`).hostname.slice(1, -1)

const wholeOf = (text: string): readonly string[] => {
  const [head = '', tail] = shortest(text).split('::')
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const missing = 8 - (before?.length ?? 0) - (after?.length ?? 0)
  return [...(before ?? []), ...(tail === undefined ? [] : Array<string>(missing).fill('0')), ...(after ?? [])]
}

/** Neither with a zone, nor one of version 4 dressed up as version 6, as in Kubernetes. */
function parsed(text: string): Address | undefined {
  const version = text.includes('%') ? 0 : isIP(text)
  if (version === 4) return { family: 4, bits: number(text.split('.'), 10) }
  if (version !== 6) return undefined
  const bits = number(wholeOf(text), 16)
  return bits >> 32n === 0xffffn ? undefined : { family: 6, bits }
}

const textOf = ({ family, bits }: Address): string => {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  return shortest(groups.join(':'))
}

const made = (address: Address) => ips.make(address, { text: textOf(address) })

function read(text: string): Address {
  const found = parsed(text)
  if (!found)
    throw new Error(
      `IP Address "${text}" parse error during conversion from string: ParseAddr("${text}"): unable to parse IP`,
    )
  return found
}

function parsedRange(text: string): Range | undefined {
  const [address = '', length = '', more] = text.split('/')
  const found = parsed(address)
  if (!found || more !== undefined || !/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > sizeOf(found))
    return undefined
  return { ...found, length: Number(length) }
}

function readRange(text: string): Range {
  const found = parsedRange(text)
  if (!found) throw new Error(`network address parse error during conversion from string: netip.ParsePrefix("${text}")`)
  return found
}

const prefixOf = (address: Address, length: number): bigint => address.bits >> BigInt(sizeOf(address) - length)

const holds = (range: Range, address: Address, length = sizeOf(address)): boolean =>
  range.family === address.family &&
  range.length <= length &&
  prefixOf(range, range.length) === prefixOf(address, range.length)

const masked = (range: Range): Range => {
  const rest = BigInt(sizeOf(range) - range.length)
  return { ...range, bits: (range.bits >> rest) << rest }
}

const rangeText = (range: Range): string => `${textOf(range)}/${range.length}`
const madeRange = (range: Range) => ranges.make(range, { text: rangeText(range) })

const within =
  (...texts: readonly string[]) =>
  (address: Address): boolean =>
    texts.some((text) => holds(readRange(text), address))

const isUnspecified = ({ bits }: Address): boolean => bits === 0n
const isLoopback = within('127.0.0.0/8', '::1/128')
const isLinkLocal = within('169.254.0.0/16', 'fe80::/10')
const isLinkLocalMulticast = within('224.0.0.0/24', 'ff02::/16')
const isMulticast = within('224.0.0.0/4', 'ff00::/8')
const isBroadcast = within('255.255.255.255/32')

const isGlobal = (address: Address): boolean =>
  ![isUnspecified, isLoopback, isLinkLocal, isMulticast, isBroadcast].some((is) => is(address))

const question = (name: string, is: (address: Address) => boolean): CelFunc =>
  celMethod(name, ips.type, [], BOOL, function () {
    return is(ips.of(this))
  })

/** Addresses and ranges of them, as in Kubernetes. */
export const ipFunctions: readonly CelFunc[] = [
  celFunc('ip', [STRING], ips.type, (text) => made(read(text))),
  celFunc('isIP', [STRING], BOOL, (text) => parsed(text) !== undefined),
  celFunc('ip.isCanonical', [STRING], BOOL, (text) => textOf(read(text)) === text),
  celFunc('string', [ips.type], STRING, (value) => textOf(ips.of(value))),
  celMethod('family', ips.type, [], INT, function () {
    return BigInt(ips.of(this).family)
  }),
  question('isUnspecified', isUnspecified),
  question('isLoopback', isLoopback),
  question('isLinkLocalUnicast', isLinkLocal),
  question('isLinkLocalMulticast', isLinkLocalMulticast),
  question('isGlobalUnicast', isGlobal),
  celFunc('cidr', [STRING], ranges.type, (text) => madeRange(readRange(text))),
  celFunc('isCIDR', [STRING], BOOL, (text) => parsedRange(text) !== undefined),
  celFunc('string', [ranges.type], STRING, (value) => rangeText(ranges.of(value))),
  celMethod('containsIP', ranges.type, [STRING], BOOL, function (text) {
    return holds(ranges.of(this), read(text))
  }),
  celMethod('containsIP', ranges.type, [ips.type], BOOL, function (value) {
    return holds(ranges.of(this), ips.of(value))
  }),
  celMethod('containsCIDR', ranges.type, [STRING], BOOL, function (text) {
    const other = readRange(text)
    return holds(ranges.of(this), other, other.length)
  }),
  celMethod('containsCIDR', ranges.type, [ranges.type], BOOL, function (value) {
    const other = ranges.of(value)
    return holds(ranges.of(this), other, other.length)
  }),
  celMethod('ip', ranges.type, [], ips.type, function () {
    const { family, bits } = ranges.of(this)
    return made({ family, bits })
  }),
  celMethod('masked', ranges.type, [], ranges.type, function () {
    return madeRange(masked(ranges.of(this)))
  }),
  celMethod('prefixLength', ranges.type, [], INT, function () {
    return BigInt(ranges.of(this).length)
  }),
]
