import { setImmediate as turn } from 'node:timers/promises'
import {
  createApiServer,
  inProcessTransport,
  masters,
  type Snapshot,
  type Storage,
  type StoredRow,
} from '@flotilla/apiserver'
import {
  type Config,
  type ControlPlane,
  createControlPlane,
  createMetrics,
  type PluginEntry,
  type StageName,
} from '@flotilla/core'
import { createClient, type ServedKind, type Transport } from '@flotilla/kube'
import { preset } from '@flotilla/preset'
import {
  ApiError,
  type Client,
  crds,
  isFields,
  type Kind,
  type Log,
  type Manifest,
  type Plugin,
  type Status,
} from '@flotilla/sdk'
import { reviewedBy } from '../fleet/admission.ts'
import { plugins } from '../fleet/plugins.ts'
import { foreignDefinitions } from './foreign.ts'
import { applier } from './ownership.ts'
import { settled } from './settled.ts'
import { snapshotOf } from './snapshot.ts'

/** Where objects of a kind are. */
export type Target = Pick<Kind, 'apiVersion' | 'plural' | 'scope'>

export interface ScratchOptions {
  /** What the other one holds, as far as it matters. */
  readonly rows: readonly StoredRow[]
  /** The kinds the other one serves that can be templates. */
  readonly kinds: readonly ServedKind[]
  readonly config: Config
  /** Beside those of the preset and the config file. */
  readonly plugins: readonly Plugin[]
  readonly log: Log
  readonly version: string
  /** What runs; by default everything that decides. */
  readonly stages?: readonly StageName[]
  /** By default all: what went well in the end is told from what did not. */
  readonly successEvents?: Config['successEvents']
}

/** What decides. What would act, or look at members, is left out. */
const deciding: readonly StageName[] = ['match', 'bind', 'schedule', 'render', 'plugins']

/** A control plane in memory that begins where another one is now, and goes no further than deciding. */
export interface Scratch {
  readonly client: Client
  readonly ask: ControlPlane['ask']
  readonly account: ControlPlane['account']
  readonly decisions: ControlPlane['decisions']
  /** Applies an object on the server's side, as its owner would. Throws the refusal. */
  apply(kind: Target, object: Manifest): Promise<Manifest>
  /** Waits until everything is decided; false when that takes too long. */
  settled(signal: AbortSignal): Promise<boolean>
}

const controller = { name: 'system:flotilla', groups: [masters] }
const user = { name: 'flotilla-plan', groups: [masters] }

const crdResource = 'customresourcedefinitions.apiextensions.k8s.io'

/** Longest wait for the machine to come to rest, in milliseconds. */
const patience = 60_000

/** Storage that begins with a snapshot, keeps nothing, and counts what is written. */
function counting(snapshot: Snapshot): Storage & { readonly writes: () => number } {
  let writes = 0
  return {
    open: async () => snapshot,
    async commit(rows) {
      writes += rows.filter(({ resource }) => resource !== 'events').length
      await turn()
    },
    async close() {},
    writes: () => writes,
  }
}

const pathOf = ({ apiVersion, plural, scope }: Target, { metadata }: Manifest): string => {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = scope === 'Namespaced' ? `/namespaces/${metadata.namespace}` : ''
  return `${root}${place}/${plural}/${metadata.name}`
}

const isStatus = (body: unknown): body is Status => isFields(body) && body.kind === 'Status'

async function applyTo(transport: Transport, kind: Target, object: Manifest): Promise<Manifest> {
  const { body } = await transport.send({
    method: 'PATCH',
    path: pathOf(kind, object),
    query: { fieldManager: applier, force: 'true', fieldValidation: 'Strict' },
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: object,
  })
  if (isStatus(body)) throw new ApiError(body)
  return body as Manifest // what is no refusal is the object
}

const builtIn: ReadonlySet<Plugin> = new Set(preset)

/** The plugins of others answer what they are asked. What their controllers would do, nobody knows. */
const listening = (entry: PluginEntry): PluginEntry =>
  builtIn.has(entry.plugin) ? entry : { ...entry, plugin: { ...entry.plugin, controllers: () => [] } }

/** Starts it, until the stack is disposed of. */
export async function startScratch(open: AsyncDisposableStack, options: ScratchOptions): Promise<Scratch> {
  const { rows, config, log, version } = options
  const storage = counting(snapshotOf(rows))
  let controlPlane: ControlPlane | undefined
  const present = new Set(rows.filter(({ resource }) => resource === crdResource).map(({ key }) => key))
  const own = crds.filter(({ metadata }) => !present.has(metadata.name))
  const defined = new Set([...present, ...own.map(({ metadata }) => metadata.name)])
  const server = await createApiServer({
    name: 'plan',
    storage,
    admission: reviewedBy(() => controlPlane?.review),
    tracks: ({ name }) => name !== controller.name,
    crds: [...own, ...(await foreignDefinitions(options.kinds, defined, log))],
    collectsGarbage: false, // most owners were not read
    log,
  })
  open.defer(() => server.close())
  const life = new AbortController()
  const client = createClient(inProcessTransport(server, controller))
  const machine = createControlPlane({
    client,
    config: { ...config, successEvents: options.successEvents ?? 'all' },
    log,
    version,
    metrics: createMetrics(),
    signal: life.signal,
    plugins: (await plugins(config, options.plugins)).map(listening),
    stages: options.stages ?? deciding,
  })
  controlPlane = machine
  const running = machine.run()
  open.defer(async () => {
    life.abort()
    await running
  })
  const transport = inProcessTransport(server, user)
  return {
    client,
    ask: machine.ask,
    account: machine.account,
    decisions: machine.decisions,
    apply: (kind, object) => applyTo(transport, kind, object),
    settled: (signal) => settled({ isIdle: machine.isIdle, writes: storage.writes }, patience, signal),
  }
}
