import type { Metrics } from '@flotilla/sdk'
import { answer, type Reply, refusal } from './answer.ts'
import { code, type Node, type Zone } from './record.ts'
import { addressed, complain, type Query, read, write } from './wire.ts'

export type Via = 'udp' | 'tcp'

/** Answers a message; undefined: there is nothing to be said to it. */
export type Respond = (message: Buffer, via: Via) => Buffer | undefined

export interface ResponderOptions {
  readonly zone: Zone
  readonly metrics: Metrics
}

/** What goes through every network in one piece, as agreed on the DNS flag day of 2020; and what every client takes. */
const ownSize = 1232
const leastSize = 512
const streamSize = 65_535

/** A question seen before: what it comes from, and its answers, each beginning with another record. */
export interface Known {
  readonly name: string
  readonly node: Node | undefined
  readonly query: Query
  readonly reply: Reply
  readonly turns: (Buffer | undefined)[]
  turn: number
}

/** Questions and their answers are remembered in so many bytes, none that is longer than any good one. */
const mostKnown = 16 << 20
const longestKnown = 320
/** What remembering takes beside the bytes themselves, about. */
const overhead = 600
/** So many orders of the records of one answer are. */
const mostTurns = 16

const sizeFor = (via: Via, { edns }: Query): number => {
  if (via === 'tcp') return streamSize
  return edns ? Math.min(ownSize, Math.max(leastSize, edns.size)) : leastSize
}

function replyTo(zone: Zone, query: Query): Reply {
  return query.edns && query.edns.version > 0 ? refusal(code.version) : answer(zone, query)
}

/** How many records there are to begin with. */
const longest = ({ answers }: Reply): number => Math.max(1, ...answers.map(({ data }) => data.length))

function know(zone: Zone, query: Query): Known {
  const reply = replyTo(zone, query)
  const turns = new Array<undefined>(Math.min(mostTurns, longest(reply))).fill(undefined)
  const turn = Math.floor(Math.random() * turns.length) // all who ask first do not get the same
  return { name: query.name, node: zone.find(query.name), query, reply, turns, turn }
}

/** Questions that were answered, by their bytes. When it is full it begins anew. */
export class Memory {
  readonly #known: Readonly<Record<Via, Map<string, Known>>> = { udp: new Map(), tcp: new Map() }
  #bytes = 0

  /** How many questions it knows. */
  get size(): number {
    return this.#known.udp.size + this.#known.tcp.size
  }

  get(via: Via, key: string): Known | undefined {
    return this.#known[via].get(key)
  }

  put(via: Via, key: string, known: Known): Known {
    if (key.length > longestKnown) return known
    this.#take(key.length + overhead)
    this.#known[via].set(key, known)
    return known
  }

  /** The next of the answers to a question. */
  next(known: Known, via: Via): Buffer {
    const { turns, reply, query } = known
    const at = known.turn++ % turns.length
    const made = turns[at]
    if (made) return made
    const first = Math.floor((at * longest(reply)) / turns.length)
    const written = write(query, reply, { size: sizeFor(via, query), ownSize, turn: first })
    this.#take(written.length)
    turns[at] = written
    return written
  }

  #take(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= mostKnown) return
    this.#known.udp.clear()
    this.#known.tcp.clear()
    this.#bytes = bytes
  }
}

const names: Readonly<Record<number, string>> = {
  [code.good]: 'NOERROR',
  [code.malformed]: 'FORMERR',
  [code.failed]: 'SERVFAIL',
  [code.unknownName]: 'NXDOMAIN',
  [code.unsupported]: 'NOTIMP',
  [code.refused]: 'REFUSED',
  [code.version]: 'BADVERS',
}

function counting(metrics: Metrics) {
  const answers = metrics.counter({
    name: 'flotilla_dns_answers_total',
    help: 'Questions answered, by how',
    labels: ['proto', 'rcode'],
  })
  const ignored = metrics.counter({
    name: 'flotilla_dns_ignored_total',
    help: 'Messages that are no questions and were not answered',
    labels: ['proto'],
  })
  const labels = { udp: new Map<number, object>(), tcp: new Map<number, object>() }
  return {
    answered(via: Via, given: number): void {
      const label = labels[via].get(given) ?? { proto: via, rcode: names[given] }
      labels[via].set(given, label)
      answers.add(label as Readonly<Record<string, string>>)
    },
    ignored: (via: Via) => ignored.add({ proto: via }),
  }
}

/** Answers from a zone. The same bytes asked again, while nothing about that name changed, cost a look and a copy. */
export function createResponder({ zone, metrics }: ResponderOptions): Respond {
  const memory = new Memory()
  const count = counting(metrics)
  return (message, via) => {
    const key = message.toString('latin1', 2)
    let found = memory.get(via, key)
    if (!found || zone.find(found.name) !== found.node) {
      const reading = read(message)
      if (!reading) {
        count.ignored(via)
        return undefined
      }
      if ('error' in reading) {
        count.answered(via, reading.error)
        return addressed(complain(reading.error), message)
      }
      found = memory.put(via, key, know(zone, reading.query))
    }
    count.answered(via, found.reply.code)
    return addressed(memory.next(found, via), message)
  }
}
