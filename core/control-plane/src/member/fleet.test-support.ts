import {
  ApiError,
  type Client,
  type Cluster,
  errors,
  groupOf,
  type Kind,
  type Manifest,
  member,
  on,
  versionOf,
  type WatchEvent,
} from '@flotilla/sdk'
import { cluster, Objects } from '@flotilla/sdk/testing'
import {
  configMapKind,
  deploymentKind,
  type MachineOptions,
  recording,
  type TestMachine,
  testMachine,
  type Write,
} from '../extension/machine.test-support.ts'
import type { Machine } from '../machine.ts'
import { namespaceKind } from './kinds.ts'
import { createMembers, type MembersOptions } from './members.ts'

/** A member cluster in memory, which the test can look at, change, and take away. */
export class TestMember {
  readonly objects: Objects
  readonly writes: Write[] = []
  readonly client: Client
  /** What it serves; a test may add to it. */
  readonly kinds: Kind[]
  /** When false nothing is answered. */
  isThere = true
  /** A path that has no answer, ever. */
  hangs = ''
  /** The paths that were asked as they are. */
  readonly asked: string[] = []
  /** What its health endpoint answers. */
  health = 200

  constructor(objects: readonly Manifest[], kinds: readonly Kind[]) {
    this.objects = new Objects(objects)
    this.kinds = [...kinds]
    const inner = recording(this.objects, this.writes)
    const there = <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) => {
      return async (...args: Args): Promise<T> => {
        if (!this.isThere) throw errors.SERVER_UNREACHABLE('member', 'connection refused')
        return call(...args)
      }
    }
    this.client = {
      get: there(inner.get),
      list: there(inner.list),
      create: there(inner.create),
      update: there(inner.update),
      patch: there(inner.patch),
      delete: there(inner.delete),
      raw: there(async ({ path }) => {
        this.asked.push(path)
        if (path === this.hangs) await new Promise(() => undefined)
        return { status: this.#statusOf(path), body: this.#bodyOf(path) }
      }),
      watch: (kind, options) => this.#watch(inner, kind, options),
    } as Client // the methods keep their types, which `there` cannot say
  }

  #statusOf(path: string): number {
    if (path !== '/readyz' || this.health === 200) return 200
    throw new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: this.health })
  }

  #bodyOf(path: string): unknown {
    if (path === '/version') return { gitVersion: 'v1.33.0' }
    if (path !== '/api' && path !== '/apis') return 'ok'
    const served = this.kinds.filter(({ apiVersion }) => (groupOf(apiVersion) === '') === (path === '/api'))
    const items = [...Map.groupBy(served, ({ apiVersion }) => apiVersion)].map(([apiVersion, kinds]) => ({
      metadata: { name: groupOf(apiVersion) },
      versions: [{ version: versionOf(apiVersion), resources: kinds.map(resourceOf) }],
    }))
    return { kind: 'APIGroupDiscoveryList', items }
  }

  /** As a real server: what was missed since the version comes first, and what falls out of the selection goes. */
  #watch<T>(inner: Client, kind: Kind<T>, options: Parameters<Client['watch']>[1] = {}): AsyncIterable<WatchEvent<T>> {
    const { labelSelector = '', resourceVersion = '0' } = options
    const [label = '', value] = labelSelector.split('=')
    const isSelected = ({ metadata }: Manifest) => label === '' || metadata.labels?.[label] === value
    const missed = this.objects.list(kind).filter(({ metadata }) => Number(metadata.resourceVersion) > Number(resourceVersion)) // biome-ignore format: one condition
    const live = inner.watch(kind, options)
    async function* events(): AsyncGenerator<WatchEvent<T>> {
      for (const object of missed) if (isSelected(object)) yield { type: 'MODIFIED', object: object as T }
      for await (const event of live) {
        if (event.type === 'BOOKMARK' || isSelected(event.object as Manifest)) yield event
        else if (event.type === 'MODIFIED') yield { type: 'DELETED', object: event.object }
      }
    }
    return events()
  }
}

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

const resourceOf = ({ plural, kind, scope }: Kind) => ({ resource: plural, responseKind: { kind }, scope, verbs })

export interface FleetOptions extends MachineOptions, MembersOptions {
  /** What members hold at first, by cluster name. */
  readonly members: Readonly<Record<string, readonly Manifest[]>>
  /** Clusters that are there, and ready, in the beginning; by default all members. */
  readonly joined?: readonly string[]
}

/** A machine with members. */
export interface Fleet {
  readonly machine: TestMachine & Machine
  readonly members: Readonly<Record<string, TestMember>>
  member(name: string): TestMember
}

/** A cluster that has joined: known, ready, and of nobody's making but ours. */
const joined = (name: string): Cluster =>
  cluster({ name, uid: name, generation: 1, finalizers: ['karmada.io/cluster-controller'] })

/** A machine with members that are connected as in earnest, over objects in memory. End it when the test ends. */
export function testFleet({ members: held, joined: joins, objects = [], ...options }: FleetOptions): Fleet {
  const kinds = options.kinds ?? [deploymentKind, configMapKind, namespaceKind]
  const members = Object.fromEntries(
    Object.entries(held).map(([name, objects]) => [name, new TestMember(objects, kinds)]),
  )
  const clusters = (joins ?? Object.keys(held)).map(joined)
  const connects = on(member.connect, ({ cluster }) => members[cluster.metadata.name]?.client)
  const ground = testMachine({
    ...options,
    kinds,
    objects: [...clusters, ...objects],
    extensions: [...(options.extensions ?? []), connects],
  })
  const {
    members: connected,
    connecting,
    looking,
  } = createMembers(ground, {
    inventory: false,
    clock: () => ground.now().getTime(),
    ...options,
  })
  const controllers = [connecting, looking(ground)]
  const machine = { ...ground, members: connected }
  machine.run(controllers)
  return {
    machine,
    members,
    member(name) {
      const found = members[name]
      if (!found) throw new Error(`there is no member ${name}`)
      return found
    },
  }
}
