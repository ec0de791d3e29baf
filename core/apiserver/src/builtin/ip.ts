import { BlockList, isIP } from 'node:net'
import { cause } from '../schema/causes.ts'
import { type Causes, when } from './checks.ts'

const ipDetail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

/** An address of either family. */
export const ip = (field: string, value: string): Causes =>
  when(isIP(value) === 0, () => cause.invalid(field, value, ipDetail))

/** `10.0.0.0/8`. */
export function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/')
  const family = isIP(address)
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}

const cidrDetail = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

export const cidr = (field: string, value: string): Causes =>
  when(!isCidr(value), () => cause.invalid(field, value, cidrDetail))

export const familyOf = (address: string): 'IPv4' | 'IPv6' => (isIP(address) === 6 ? 'IPv6' : 'IPv4')

const listOf = (...ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/')
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Whether a range has an address in it. */
export function inRange(range: string, address: string): boolean {
  return isIP(address) !== 0 && listOf(range).check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Addresses nobody else can be reached by, and what is said of them. */
const special: readonly (readonly [BlockList, string])[] = [
  [listOf('0.0.0.0/32', '::/128'), 'may not be unspecified (0.0.0.0 or ::)'],
  [listOf('127.0.0.0/8', '::1/128'), 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [listOf('169.254.0.0/16', 'fe80::/10'), 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [listOf('224.0.0.0/24', 'ff02::/16'), 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
]

/** An address that others can be reached by. */
export function reachable(field: string, value: string): Causes {
  const family = isIP(value)
  if (family === 0) return ip(field, value)
  return special.flatMap(([list, detail]) =>
    when(list.check(value, family === 6 ? 'ipv6' : 'ipv4'), () => cause.invalid(field, value, detail)),
  )
}
