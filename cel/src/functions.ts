import {
  type CelFunc,
  type CelInput,
  type CelList,
  CelScalar,
  celFunc,
  celList,
  celMethod,
  listType,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { addressFunctions } from './addresses.ts'
import { authorizerFunctions } from './authorizer.ts'
import { constructFunctions } from './constructs.ts'
import { ipFunctions } from './ip.ts'
import { listFunctions } from './lists.ts'
import { macroFunctions } from './macros.ts'
import { formatFunctions } from './named-format.ts'
import { optionalFunctions } from './optional.ts'
import { quantityFunctions } from './quantity.ts'
import { scaledFunction } from './scaled.ts'
import { sparseFunctions } from './sparse.ts'
import { versionFunctions } from './version.ts'

const { DOUBLE, DYN, INT, STRING } = CelScalar
const list = listType(DYN)

/** No text that an expression makes is longer: etcd would not take the object. */
const longestText = 1024 * 1024

/** The library's own is quadratic in the length of the text. */
function replace(this: string, from: string, to: string, times: bigint = BigInt(this.length + 1)): string {
  const pieces = from === '' ? ['', ...this, ''] : this.split(from)
  const seams = Math.max(0, Math.min(Number(times < 0n ? BigInt(pieces.length) : times), pieces.length - 1))
  if (this.length + seams * to.length > longestText) throw new Error('replace makes too long a text')
  const rest = pieces.slice(seams).join(from)
  return [...pieces.slice(0, seams), rest].join(to)
}

/** The library's own throws away what is left. */
function split(this: string, separator: string, most: bigint): CelList {
  const pieces = this.split(separator)
  if (most < 0n || pieces.length <= Number(most)) return celList(pieces)
  if (most === 0n) return celList([])
  const last = Number(most) - 1
  return celList([...pieces.slice(0, last), pieces.slice(last).join(separator)])
}

/** A number as Go writes it: `1e+06`. */
function text(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf'
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (value === 0 || (power >= -4 && power < 6)) return Object.is(value, -0) ? '-0' : String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** What loops are collecting, by the list that they hand on from turn to turn. */
const collected = new WeakMap<CelList, CelInput[]>()

/** A loop's list with one more element: the same list from the second on, which nobody else can see before it is done. */
function append(list: CelList, more: CelList): CelList {
  const elements = collected.get(list)
  if (elements) {
    elements.push(...more)
    return list
  }
  const begun = [...list, ...more]
  const made = celList(begun)
  collected.set(made, begun)
  return made
}

/** What a loop pays for each of its turns, and for the list it goes through. No user can write its name. */
const toll: CelFunc = celFunc('@toll', [DYN], DYN, (value) => value)

/** CEL's standard functions come with the library; these are the strings extension, and what is done in a better way here. */
export const functions: readonly CelFunc[] = [
  ...strings,
  celMethod('replace', STRING, [STRING, STRING], STRING, replace),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, replace),
  celMethod('split', STRING, [STRING, INT], listType(STRING), split),
  celFunc('string', [DOUBLE], STRING, text),
  celFunc('_+_', [list, list], list, (a, b) => celList([...a, ...b])),
  celFunc('@append', [list, list], list, append),
  toll,
  scaledFunction,
  ...quantityFunctions,
  ...versionFunctions,
  ...listFunctions,
  ...addressFunctions,
  ...optionalFunctions,
  ...authorizerFunctions,
  ...sparseFunctions,
  ...constructFunctions,
  ...ipFunctions,
  ...formatFunctions,
  ...macroFunctions,
]
