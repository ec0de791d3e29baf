import { type Code, code, type Node, type RecordSet, setOf, type, type Zone } from './record.ts'

/** What is asked. */
export interface Question {
  /** In lower case, without the last dot. */
  readonly name: string
  /** Numbers, as on the wire. */
  readonly type: number
  readonly class: number
}

export interface Reply {
  readonly code: Code
  /** Whether this is for us to say. */
  readonly authoritative: boolean
  readonly answers: readonly RecordSet[]
  readonly authority: readonly RecordSet[]
  /** What would be asked next. The first to go when there is no room. */
  readonly additional: readonly RecordSet[]
}

const internet = 1
const anyClass = 255

/** Transfers of zones and what is no type of a record: 249 (TKEY) to 254 (MAILA). */
const isForNobody = (type: number): boolean => type >= 249 && type <= 254

const nothing = { answers: [], authority: [], additional: [] } as const

/** A reply that says no more than how it went. */
export const refusal = (why: Code): Reply => ({ ...nothing, code: why, authoritative: false })

export const isBelow = (domain: string, name: string): boolean => name === domain || name.endsWith(`.${domain}`)

const addressTypes = [type.A, type.AAAA]

/** The addresses of those an SRV record names. */
function leads(zone: Zone, set: RecordSet): readonly RecordSet[] {
  if (set.type !== 'SRV') return []
  const targets = new Set(set.data.map(({ target }) => target))
  return [...targets].flatMap((target) => {
    const node = zone.find(target)
    return addressTypes.flatMap((type) => setOf(node, type) ?? [])
  })
}

/** Who asks for anything gets one small record, by RFC 8482: a forged sender would be sent all the rest. */
const anything = (node: Node, ttl: number): RecordSet => ({
  name: node.name,
  type: 'HINFO',
  ttl,
  data: [{ cpu: 'RFC8482', os: '' }],
})

function found(zone: Zone, node: Node, asked: number): Reply {
  const good = { ...nothing, code: code.good, authoritative: true }
  if (asked === type.ANY) return { ...good, answers: [anything(node, zone.authority.ttl)] }
  const set = setOf(node, asked)
  if (set) return { ...good, answers: [set], additional: leads(zone, set) }
  return { ...good, authority: isBelow(zone.domain, node.name) ? [zone.authority] : [] }
}

/**
 * Answers a question from a zone alone. A name that is there without what is asked for, and one that is not there, are told
 * apart, and for how long it stays so (RFC 2308). Of other zones only the addresses in ours are known, for PTR.
 */
export function answer(zone: Zone, question: Question): Reply {
  if (question.class !== internet && question.class !== anyClass) return refusal(code.refused)
  if (isForNobody(question.type)) return refusal(code.refused)
  const node = zone.find(question.name)
  if (node) return found(zone, node, question.type)
  if (!isBelow(zone.domain, question.name)) return refusal(code.refused)
  return { ...nothing, code: code.unknownName, authoritative: true, authority: [zone.authority] }
}
