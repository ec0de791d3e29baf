import { isIP } from 'node:net'
import { parseQuantity } from '@flotilla/sdk'
import type { Ajv, Format } from 'ajv'
import ajvFormats, { type FormatName } from 'ajv-formats'

const shared: FormatName[] = [
  'byte',
  'date',
  'date-time',
  'double',
  'email',
  'float',
  'hostname',
  'int32',
  'int64',
  'ipv4',
  'ipv6',
  'uri',
  'uuid',
]

const isQuantity = (text: string): boolean => {
  try {
    parseQuantity(text)
    return true
  } catch {
    return false
  }
}

/** An address and how much of it counts: `10.0.0.0/8`. */
const isCidr = (text: string): boolean => {
  const slash = text.lastIndexOf('/')
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)]
  const family = slash < 0 || address.includes('%') ? 0 : isIP(address)
  return family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}

const own: Readonly<Record<string, Format>> = {
  cidr: isCidr,
  datetime: /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/,
  duration: /^-?(\d+(\.\d+)?\s*(ns|us|µs|μs|ms|s|m|h|d|w))+$|^0$/,
  hexcolor: /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/,
  mac: /^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5,7}$/,
  quantity: isQuantity,
}

/** The formats a Kubernetes server checks; it ignores all others. */
export const checkedFormats: ReadonlySet<string> = new Set([...shared, ...Object.keys(own)])

/** Teaches a validator the formats. */
export function addFormats(ajv: Ajv): void {
  ajvFormats.default(ajv, shared)
  for (const [name, format] of Object.entries(own)) ajv.addFormat(name, format)
}
