import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, type Json } from '../kubectl.ts'
import { randomOf } from '../soak/random.ts'
import { start, type Victim } from './process.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const writers = 16
const namesEach = 3

/** What an object was last known to be: its number, or that it is not there. */
type State = number | undefined

/** What a writer knows of one of its objects. */
interface Known {
  readonly name: string
  acknowledged: State
  /** What was asked for when the server went away: that may have happened, or not. */
  asked?: { readonly state: State }
}

export interface Report {
  readonly rounds: number
  readonly acknowledged: number
  /** Killed before they listened. */
  readonly early: number
  readonly resumed: number
  readonly expired: number
}

const text = (value: number): string => `${value}-`.repeat(150)

/** An object says the same thing twice, far apart: half of it would be seen. */
const body = (name: string, value: number): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { value: String(value) } },
  data: { first: text(value), last: text(value) },
})

const stateOf = (object: Json): State => {
  if (object === undefined) return undefined
  const value = Number(object.metadata.labels.value)
  assert.deepEqual(object.data, { first: text(value), last: text(value) }, `${object.metadata.name} is torn`)
  return value
}

/** What someone knows who watches: the versions of objects, by name, and up to where. */
class Watcher {
  readonly versions = new Map<string, string>()
  resumed = 0
  expired = 0
  #revision = '0'

  /** Goes on where it was, in the next life; lists again where it is told to. */
  async follow(victim: Victim, listed: Json): Promise<void> {
    const path = `${maps}?watch=true&resourceVersion=`
    const events = victim.watch(`${path}${this.#revision}`)[Symbol.asyncIterator]()
    if (this.#revision === '0') return this.#begin(victim, listed, path)
    const told = this.#reading(events)
    const wanted = new Map(listed.items.map((object: Json) => [nameOf(object), versionOf(object)]))
    const isKnown = async () => assert.deepEqual(this.versions, wanted, 'a watch missed a change')
    const outcome = await Promise.race([told, eventually(isKnown, 10_000).then(() => 'known' as const)])
    if (outcome === 'expired') {
      this.expired += 1
      return this.#begin(victim, listed, path)
    }
    this.resumed += 1
  }

  #begin(victim: Victim, listed: Json, path: string): void {
    this.versions.clear()
    for (const object of listed.items) this.versions.set(nameOf(object), versionOf(object))
    this.#revision = listed.metadata.resourceVersion
    const events = victim.watch(`${path}${this.#revision}`)[Symbol.asyncIterator]()
    void this.#reading(events)
  }

  async #reading(events: AsyncIterator<Json>): Promise<'expired' | 'over'> {
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const { type, object } = next.value
      if (type === 'ERROR') {
        assert.equal(object.code, 410)
        return 'expired'
      }
      assert.ok(Number(object.metadata.resourceVersion) > Number(this.#revision), 'a watch goes back')
      this.#revision = object.metadata.resourceVersion
      if (object.data.first) stateOf(object)
      if (type === 'DELETED') this.versions.delete(nameOf(object))
      else this.versions.set(nameOf(object), versionOf(object))
    }
    return 'over'
  }
}

const nameOf = ({ metadata }: Json): string => metadata.name
const versionOf = ({ metadata }: Json): string => metadata.resourceVersion

/** Writes to a server that is killed again and again, and looks whether it keeps its word. Throws when it does not. */
export class Crash {
  readonly #dir = mkdtempSync(join(tmpdir(), 'flotilla-crash-'))
  readonly #random: () => number
  readonly #watcher = new Watcher()
  readonly #known: readonly (readonly Known[])[]
  #victim: Victim | undefined
  #highest = 0
  #value = 0
  #acknowledged = 0
  #early = 0

  constructor(seed: number) {
    this.#random = randomOf(seed)
    this.#known = Array.from({ length: writers }, (_, writer) =>
      Array.from({ length: namesEach }, (__, i) => ({ name: `w${writer}-${i}`, acknowledged: undefined })),
    )
  }

  async run(rounds: number, most = 600): Promise<Report> {
    try {
      for (let round = 0; round < rounds; round += 1) await this.#round(most)
      await this.#check(await this.#alive())
    } finally {
      await this.#victim?.kill()
      rmSync(this.#dir, { recursive: true })
    }
    const { resumed, expired } = this.#watcher
    return { rounds, acknowledged: this.#acknowledged, early: this.#early, resumed, expired }
  }

  async #alive(): Promise<Victim> {
    const victim = await start(this.#dir)
    assert.ok(victim)
    this.#victim = victim
    return victim
  }

  async #round(most: number): Promise<void> {
    if (this.#random() < 0.1) {
      this.#early += 1
      await start(this.#dir, 50 + this.#random() * 1_000)
    }
    const victim = await this.#alive()
    await this.#check(victim)
    const enough = this.#acknowledged + Math.floor(this.#random() * most)
    const { promise: reached, resolve } = Promise.withResolvers<void>()
    const count = () => {
      if (this.#acknowledged >= enough) resolve()
    }
    const writing = this.#known.map((names) => this.#write(victim, names, count))
    await Promise.race([reached, Promise.all(writing)])
    await victim.kill()
    await Promise.all(writing)
  }

  /** Until the server is gone. */
  async #write(victim: Victim, names: readonly Known[], count: () => void): Promise<void> {
    for (;;) {
      const known = names[Math.floor(this.#random() * names.length)]
      assert.ok(known)
      this.#value += 1
      const state = known.acknowledged !== undefined && this.#random() < 0.2 ? undefined : this.#value
      known.asked = { state }
      let answer: Awaited<ReturnType<Victim['ask']>>
      try {
        answer = await this.#ask(victim, known, state)
      } catch {
        return
      }
      assert.ok(answer.code < 300, JSON.stringify(answer.body))
      known.acknowledged = state
      delete known.asked
      this.#acknowledged += 1
      if (state !== undefined) this.#seen(answer.body.metadata.resourceVersion)
      count()
    }
  }

  #ask(victim: Victim, { name, acknowledged }: Known, state: State) {
    if (state === undefined) return victim.ask('DELETE', `${maps}/${name}`)
    if (acknowledged === undefined) return victim.ask('POST', maps, body(name, state))
    return victim.ask(this.#random() < 0.5 ? 'PUT' : 'PATCH', `${maps}/${name}`, body(name, state))
  }

  #seen(resourceVersion: string): void {
    this.#highest = Math.max(this.#highest, Number(resourceVersion))
  }

  /** What was acknowledged is there; what was only asked for is there whole, or not at all. */
  async #check(victim: Victim): Promise<void> {
    const { body: listed } = await victim.ask('GET', maps)
    const revision = Number(listed.metadata.resourceVersion)
    assert.ok(revision >= this.#highest, `the server went back from ${this.#highest} to ${revision}`)
    this.#highest = revision
    const found = new Map<string, Json>(listed.items.map((object: Json) => [nameOf(object), object]))
    for (const known of this.#known.flat()) {
      const state = stateOf(found.get(known.name))
      found.delete(known.name)
      const may = [known.acknowledged, ...(known.asked ? [known.asked.state] : [])]
      assert.ok(may.includes(state), `${known.name} is ${state}, not ${may.join(' or ')}`)
      known.acknowledged = state
      delete known.asked
    }
    assert.deepEqual(
      [...found.keys()],
      ['kube-root-ca.crt'].filter((name) => found.has(name)),
    )
    await this.#watcher.follow(victim, listed)
  }
}
