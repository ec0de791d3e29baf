import { createRuntime, type ServedKind } from '@flotilla/kube'
import {
  type Client,
  type Controller,
  deepEqual,
  type Extension,
  type Kind,
  type LogFields,
  type Manifest,
  type Metrics,
  type Patch,
  Registry,
} from '@flotilla/sdk'
import { fakeClient, fakeHost, Objects } from '@flotilla/sdk/testing'
import type { Machine } from '../machine.ts'
import type { ConnectedMembers } from '../member/member.ts'

/** Something was written. */
export interface Write {
  readonly verb: 'create' | 'patch' | 'update' | 'delete'
  /** `deployments default/web`, with `/status` for the subresource. */
  readonly what: string
  readonly body?: unknown
}

export interface MachineOptions {
  readonly objects?: readonly Manifest[]
  /** The kinds templates may be of. By default Deployments and ConfigMaps. */
  readonly kinds?: readonly Kind[]
  readonly extensions?: readonly Extension[]
  readonly now?: () => Date
}

/** A machine over objects in memory, and what it did. Members and discovery beyond `kinds` are not there. */
export interface TestMachine extends Machine {
  readonly objects: Objects
  readonly writes: Write[]
  readonly events: { readonly about: string; readonly reason: string; readonly message: string }[]
  readonly complaints: { readonly message: string; readonly fields: LogFields }[]
  /** Runs controllers until the test's signal. */
  run(controllers: readonly Controller[]): void
  /** Resolves when `holds` does, looked at whenever the machine had a turn; fails when it never does. */
  until(holds: () => boolean): Promise<void>
  /** Resolves when nothing was written for a while: the machine is done. */
  quiet(): Promise<void>
  end(): void
}

export const deploymentKind: Kind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
}

export const configMapKind: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

/** How long a test waits for what never comes true, in milliseconds. */
const patience = 10_000

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A client that counts generations as a server does, and keeps what is written. */
export function recording(objects: Objects, writes: Write[]): Client {
  const inner = fakeClient(objects)
  const counted = (after: Manifest, before: Manifest | undefined): Manifest => {
    const earlier = before?.metadata.generation ?? 0
    const generation = before && deepEqual(before.spec, after.spec) ? earlier : earlier + 1
    return generation === (after.metadata.generation ?? 0)
      ? after
      : { ...after, metadata: { ...after.metadata, generation } }
  }
  const address = (
    { plural }: Kind<unknown>,
    { namespace = '', name }: { namespace?: string; name: string },
    sub = '',
  ) => `${plural}${sub && `/${sub}`} ${namespace && `${namespace}/`}${name}`
  return {
    ...inner,
    create: async (kind, object, options) => {
      const manifest = object as Manifest // every object has metadata
      writes.push({ verb: 'create', what: address(kind, manifest.metadata), body: object })
      return inner.create(kind, counted(manifest, undefined) as typeof object, options)
    },
    patch: async <T>(
      kind: Kind<T>,
      key: Manifest['metadata'],
      patch: Patch,
      options: { subresource?: string } = {},
    ) => {
      writes.push({ verb: 'patch', what: address(kind, key, options.subresource), body: patch.body })
      const before = objects.get(kind, key)
      const after = (await inner.patch(kind, key, patch, options)) as Manifest
      const isToCount = !options.subresource && objects.get(kind, key)
      return (isToCount ? objects.put(counted(after, before)) : after) as T
    },
    update: async (kind, object, options = {}) => {
      const manifest = object as Manifest // every object has metadata
      if (options.dryRun) return inner.update(kind, object, options)
      writes.push({ verb: 'update', what: address(kind, manifest.metadata, options.subresource), body: object })
      const before = objects.get(kind, manifest.metadata)
      return inner.update(kind, options.subresource ? object : (counted(manifest, before) as typeof object), options)
    },
    delete: async (kind, key, options) => {
      writes.push({ verb: 'delete', what: address(kind, key) })
      return inner.delete(kind, key, options)
    },
  }
}

/** A machine for the tests of a stage's shell. End it when the test ends. */
export function testMachine(options: MachineOptions = {}): TestMachine {
  const {
    kinds = [deploymentKind, configMapKind],
    extensions = [],
    now = () => new Date('2026-01-01T00:00:00Z'),
  } = options
  const ending = new AbortController()
  const objects = new Objects(options.objects)
  const writes: Write[] = []
  const events: TestMachine['events'] = []
  const complaints: TestMachine['complaints'] = []
  const registry = new Registry()
  for (const extension of extensions) registry.add(extension)
  const { log: silent, metrics } = fakeHost()
  const complain = (message: string, fields: LogFields = {}) => void complaints.push({ message, fields })
  const log = { ...silent, warn: complain, error: complain, with: () => log }
  const client = recording(objects, writes)
  const runtime = createRuntime({ client, name: 'test', log, metrics, signal: ending.signal, now })
  const served: readonly ServedKind[] = kinds.map((kind) => ({ ...kind, verbs }))
  const nowhere: ConnectedMembers = {
    get: () => undefined,
    list: () => [],
    listen: () => () => {},
    onReadiness: () => () => {},
  }
  const until = async (holds: () => boolean): Promise<void> => {
    const deadline = performance.now() + patience
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`it did not come true: ${holds}`)
      await turn()
    }
  }
  return {
    ...runtime,
    ask: registry.ask,
    overhear: registry.overhear,
    members: nowhere,
    discovery: {
      kinds: async () => served,
      served: async () => ({ kinds: served, missing: [] }),
      find: async (apiVersion, name) => served.find((each) => each.apiVersion === apiVersion && each.kind === name),
      forget: () => {},
    },
    event: ({ kind, metadata }, _, reason, message) =>
      events.push({ about: `${kind} ${metadata.name}`, reason, message }),
    objects,
    writes,
    events,
    complaints,
    run: (controllers) => {
      for (const controller of controllers) void controller.run(ending.signal)
    },
    until,
    quiet: async () => {
      for (let idle = 0, seen = -1; idle < 50; idle++) {
        await turn()
        const count = writes.length + Number(objects.version)
        if (count !== seen) idle = 0
        seen = count
      }
    },
    end: () => ending.abort(),
  }
}

/** Metrics as text, and how often each was counted or observed. */
export function counting(): { readonly metrics: Metrics; readonly counted: Map<string, number> } {
  const counted = new Map<string, number>()
  const count = (name: string, labels: Readonly<Record<string, string>> = {}) => {
    const text = [name, ...Object.values(labels)].join(' ')
    counted.set(text, (counted.get(text) ?? 0) + 1)
  }
  const metrics: Metrics = {
    counter: ({ name }) => ({ add: (labels) => count(name, labels) }),
    gauge: () => ({ set: () => undefined, forget: () => undefined }),
    histogram: ({ name }) => ({ observe: (_, labels) => count(name, labels) }),
  }
  return { metrics, counted }
}
