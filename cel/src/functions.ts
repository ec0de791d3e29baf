import {
  type CelFunc,
  type CelList,
  CelScalar,
  celFunc,
  celList,
  celListConcat,
  celMethod,
  listType,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import type { Meter } from './meter.ts'

const { DYN, INT, STRING } = CelScalar
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

/** A list that was made of so many others is written down anew: looking through all of them would take ever longer. */
const mostParts = 64
const parts = new WeakMap<CelList, number>()

function joined(a: CelList, b: CelList, meter: Meter): CelList {
  const count = Math.max(parts.get(a) ?? 0, parts.get(b) ?? 0) + 1
  if (count > mostParts) {
    for (const list of [a, b]) meter.weigh(list)
    return celList([...a, ...b])
  }
  const both = celListConcat(a, b)
  parts.set(both, count)
  return both
}

/** What a loop pays for each of its turns, and for the list it goes through. No user can write its name. */
const toll: CelFunc = celFunc('@toll', [DYN], DYN, (value) => value)

/** CEL's standard functions come with the library; these are the strings extension, and what is done in a better way here. */
export const functionsOn = (meter: Meter): readonly CelFunc[] => [
  ...strings,
  celMethod('replace', STRING, [STRING, STRING], STRING, replace),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, replace),
  celFunc('_+_', [list, list], list, (a, b) => joined(a, b, meter)),
  toll,
]
