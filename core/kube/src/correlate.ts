import { keyText, kindText } from '@flotilla/sdk'
import { Recent } from './recent.ts'
import { TokenBucket } from './token-bucket.ts'

/** Something that is told of an object. */
export interface Occurrence {
  readonly about: About
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** Who tells, when it is not who usually does. */
  readonly component?: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The object an event is about. */
export interface About {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
  }
}

/** One Event object: the first occurrence, how often it came, and what it last said. */
export interface Sighting {
  readonly first: Occurrence
  last: Occurrence
  count: number
  /** The name of the Event in the API, once it is written. */
  name?: string
}

/** Occurrences alike but for their message. */
interface Group {
  readonly messages: Set<string>
  lastAt: number
}

/** As client-go: this many different messages in this time, then they count as one. */
const differentMessages = 10
const alikeMs = 600_000
/** As client-go: an object's events come 25 at once, then one in five minutes. Unlike there, good news takes nothing from bad news. */
const perObject = { burst: 25, refillMs: 300_000 }
/** Objects, groups and events remembered; as client-go. */
const memory = 4096

const aboutText = ({ apiVersion, kind, metadata }: About): string =>
  `${kindText({ apiVersion, kind })} ${keyText(metadata)} ${metadata.uid ?? ''}`

/** Decides which occurrences become an Event, and which count on one that is there. Its memory is bounded. */
export class Correlator {
  readonly #buckets = new Recent<TokenBucket>(memory)
  readonly #groups = new Recent<Group>(memory)
  readonly #sightings = new Recent<Sighting>(memory)

  /** The Event to write, or undefined when the object had its share. */
  see(occurrence: Occurrence): Sighting | undefined {
    const { about, type, reason, at } = occurrence
    const object = aboutText(about)
    if (!this.#buckets.get(`${type} ${object}`, () => new TokenBucket(perObject, at)).take(at)) return undefined
    const group = `${object}\n${type}\n${reason}`
    return this.#isFlood(group, occurrence)
      ? this.#count(group, { ...occurrence, message: `(combined from similar events): ${occurrence.message}` })
      : this.#count(`${group}\n${occurrence.message}`, occurrence)
  }

  #isFlood(text: string, { message, at }: Occurrence): boolean {
    const group = this.#groups.get(text, () => ({ messages: new Set(), lastAt: at }))
    if (at - group.lastAt > alikeMs) group.messages.clear()
    group.lastAt = at
    if (group.messages.size <= differentMessages) group.messages.add(message)
    return group.messages.size > differentMessages
  }

  #count(text: string, occurrence: Occurrence): Sighting {
    const sighting = this.#sightings.get(text, () => ({ first: occurrence, last: occurrence, count: 0 }))
    sighting.count++
    sighting.last = occurrence
    return sighting
  }
}
