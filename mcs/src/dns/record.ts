import type { SoaData, SrvData } from 'dns-packet'

/** The types of records that are spoken of here, as on the wire. */
export const type = {
  A: 1,
  NS: 2,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  AAAA: 28,
  SRV: 33,
  ANY: 255,
} as const

/** How a question was answered, as on the wire. */
export const code = {
  good: 0,
  malformed: 1,
  failed: 2,
  unknownName: 3,
  unsupported: 4,
  refused: 5,
  version: 16,
} as const

export type Code = (typeof code)[keyof typeof code]

interface Described {
  /** The owner, in lower case, without the last dot. */
  readonly name: string
  readonly ttl: number
}

/** All records of one type that a name has. Frozen: what is made of it on the wire is kept as long as it is there. */
export type RecordSet = Described &
  (
    | { readonly type: 'A' | 'AAAA' | 'PTR' | 'NS'; readonly data: readonly string[] }
    | { readonly type: 'SRV'; readonly data: readonly SrvData[] }
    | { readonly type: 'SOA'; readonly data: readonly SoaData[] }
    | { readonly type: 'HINFO'; readonly data: readonly { readonly cpu: string; readonly os: string }[] }
  )

/** A name that exists, with what it has. One without records has names below it, or had some. */
export interface Node {
  readonly name: string
  readonly sets: readonly RecordSet[]
}

/** What is known of a domain at a moment. */
export interface Zone {
  /** In lower case, without the last dot. */
  readonly domain: string
  /** Tells how long a name may be taken not to exist. */
  readonly authority: RecordSet
  /** The same node as before, unless what the name has, or may lead to, changed. */
  find(name: string): Node | undefined
}

export function nodeOf(name: string, sets: readonly RecordSet[]): Node {
  for (const set of sets) Object.freeze(set)
  return Object.freeze({ name, sets })
}

/** What a name has of a type on the wire. */
export const setOf = (node: Node | undefined, asked: number): RecordSet | undefined =>
  node?.sets.find((set) => type[set.type] === asked)
