import { type Change, groupOf, type Key, keyText, versionOf } from '@flotilla/sdk'
import type { KindFacts, NamespaceFacts } from '../../member/kinds.ts'
import type { ConnectedMember } from '../../member/member.ts'

/** Milliseconds in which kinds and namespaces that come together are gathered, so that the member is asked once. */
const gathering = 50
/** Milliseconds until a kind that is established is looked for again: the member's discovery may be behind. */
const firstLook = 250
const lastLook = 10_000

interface Group {
  readonly works: Map<string, Key>
  looks: number
}

/** What waits in one member. */
interface Room {
  readonly member: ConnectedMember
  readonly groups: Map<string, Group>
  readonly arrived: Set<string>
  readonly watched: Set<'kinds' | 'namespaces'>
  timer?: NodeJS.Timeout
}

type KindName = Pick<KindFacts, 'group' | 'kind'>

const kindName = ({ group, kind }: KindName): string => `kind ${group}/${kind}`
const isKindName = (what: string): boolean => what.startsWith('kind ')
const namespaceName = (name: string): string => `namespace ${name}`

/**
 * Works that wait for a kind or a namespace of their member. They are woken when it comes, those that wait for the same
 * together, and the member is asked once for all of them. Watches begin with the first that waits.
 */
export class Waits {
  readonly #rooms = new Map<string, Room>()
  readonly #wake: (cluster: string, work: Key) => void

  constructor(wake: (cluster: string, work: Key) => void) {
    this.#wake = wake
  }

  /** A Work waits for a kind that its member does not serve. */
  forKind(member: ConnectedMember, apiVersion: string, kind: string, work: Key): void {
    const room = this.#room(member)
    this.#watchKinds(room)
    const wanted = { group: groupOf(apiVersion), kind }
    const group = this.#join(room, kindName(wanted), work)
    const isEstablished = member
      .definitions()
      .list()
      .some((facts) => kindName(facts) === kindName(wanted) && facts.versions.includes(versionOf(apiVersion)))
    if (isEstablished) this.#arrive(room, kindName(wanted), Math.min(firstLook * 2 ** group.looks, lastLook))
  }

  /** A Work waits for a namespace that its member does not have. */
  forNamespace(member: ConnectedMember, name: string, work: Key): void {
    const room = this.#room(member)
    this.#watchNamespaces(room)
    this.#join(room, namespaceName(name), work)
  }

  /** A namespace changed in the control plane: members may get it now. */
  hearNamespace(name: string): void {
    for (const room of this.#rooms.values()) this.#arrive(room, namespaceName(name))
  }

  forget(cluster: string): void {
    clearTimeout(this.#rooms.get(cluster)?.timer)
    this.#rooms.delete(cluster)
  }

  clear(): void {
    for (const cluster of [...this.#rooms.keys()]) this.forget(cluster)
  }

  /** A member that was connected anew has watches of its own. */
  #room(member: ConnectedMember): Room {
    const known = this.#rooms.get(member.name)
    if (known?.member === member) return known
    this.forget(member.name)
    const room: Room = { member, groups: new Map(), arrived: new Set(), watched: new Set() }
    this.#rooms.set(member.name, room)
    return room
  }

  #watchKinds(room: Room): void {
    if (room.watched.has('kinds')) return
    room.watched.add('kinds')
    room.member.definitions().listen(({ after }: Change<KindFacts>) => {
      if (!after || after.versions.length === 0) return
      const group = room.groups.get(kindName(after))
      if (group) group.looks = 0
      this.#arrive(room, kindName(after))
    })
  }

  #watchNamespaces(room: Room): void {
    if (room.watched.has('namespaces')) return
    room.watched.add('namespaces')
    room.member.namespaces().listen(({ before, after }: Change<NamespaceFacts>) => {
      const name = (after ?? before)?.metadata.name
      if (name !== undefined && before?.isGoing !== after?.isGoing) this.#arrive(room, namespaceName(name))
    })
  }

  #join({ groups }: Room, what: string, work: Key): Group {
    const group = groups.get(what) ?? { works: new Map<string, Key>(), looks: 0 }
    groups.set(what, group)
    group.works.set(keyText(work), work)
    return group
  }

  #arrive(room: Room, what: string, milliseconds = gathering): void {
    if (!room.groups.get(what)?.works.size || this.#rooms.get(room.member.name) !== room) return
    room.arrived.add(what)
    room.timer ??= setTimeout(() => this.#open(room), milliseconds)
  }

  #open(room: Room): void {
    const { member, groups, arrived } = room
    delete room.timer
    if ([...arrived].some(isKindName)) member.forgetKinds()
    for (const what of arrived) {
      const group = groups.get(what)
      if (!group) continue
      const works = [...group.works.values()]
      group.works.clear()
      group.looks++
      for (const work of works) this.#wake(member.name, work)
    }
    arrived.clear()
  }
}
