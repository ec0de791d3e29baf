import { setTimeout as pause } from 'node:timers/promises'
import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { type ControlPlane, createControlPlane, createMetrics, importPlugins, type PluginEntry } from '@flotilla/core'
import { createClient, createDiscovery } from '@flotilla/kube'
import { preset } from '@flotilla/preset'
import {
  type Answered,
  type Ask,
  type Client,
  type Condition,
  crds,
  definePlugin,
  type Extension,
  interpret,
  type Json,
  type Kind,
  type Manifest,
  on,
  type Plugin,
  resourceInterpreterModuleKind,
} from '@flotilla/sdk'
import { reviewedBy } from '../fleet/admission.ts'
import { naming } from '../output/sentence.ts'
import type { Written } from '../plan/files.ts'
import type { MachineOptions } from '../plan/machine.ts'

/** Who answers: the built-in interpreters, what objects of the control plane say, or plugins. */
export interface Answering {
  /** Customizations, modules: they alone answer. */
  readonly objects: readonly Written[]
  /** Packages or files: they alone answer. */
  readonly plugins: readonly string[]
}

const user = { name: 'flotilla-interpret', groups: [masters] }

/** Milliseconds until an interpreter that was written has to answer. */
const patience = 30_000

const isAdmission = ({ point }: Extension): boolean => point.id.startsWith('admit.')

/** What of a plugin speaks for others, and what looks at what they wrote. */
function spokesman(plugin: Plugin): Plugin {
  let speaks = false
  return {
    ...plugin,
    extensions: (host) => {
      const all = plugin.extensions?.(host) ?? []
      speaks = all.some(({ onBehalf }) => onBehalf)
      return all.filter((extension) => extension.onBehalf || isAdmission(extension))
    },
    controllers: (host) => (speaks ? (plugin.controllers?.(host) ?? []) : []),
  }
}

/** What nobody reflects is the whole status, as in a control plane. */
const wholeStatus = definePlugin({
  name: 'whole-status',
  extensions: () => [
    on(interpret.status, ({ manifest: { status } }) => (status === undefined ? {} : { status: status as Json })),
  ],
})

const trusted = (plugin: Plugin): PluginEntry => ({ plugin, trusted: true })

const kinds: ReadonlySet<string> = new Set([
  'ResourceInterpreterCustomization',
  'ResourceInterpreterModule',
  'ResourceInterpreterWebhookConfiguration',
])

async function entriesOf({ objects, plugins }: Answering): Promise<readonly PluginEntry[]> {
  if (objects.length > 0) return preset.map(spokesman).map(trusted)
  if (plugins.length === 0)
    return [...preset, wholeStatus].map((plugin) => trusted({ ...plugin, controllers: () => [] }))
  const found = await Promise.all(plugins.map((name) => importPlugins(name, process.cwd())))
  return found.flat().map((plugin) => ({ plugin }))
}

/** Whether somebody of this name is spoken for: `<name>`, or as part of a longer one. */
const isSpokenFor = (points: readonly Answered[], name: string): boolean =>
  points.some(({ answers }) =>
    answers.some(({ speaksFor = [] }) => speaksFor.some((speaker) => speaker.name.split(/[/ ]/).includes(name))),
  )

/** Its condition Ready: those that have programs of their own say so when they are loaded. */
async function readiness(client: Client, kind: Kind, { metadata }: Manifest): Promise<Condition | undefined> {
  const object = await client.get<Conditioned>(kind, { name: metadata.name })
  return object?.status?.conditions?.find(({ type }) => type === 'Ready')
}

interface Conditioned extends Manifest {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

/** Writes an interpreter into a control plane, and waits until it can be asked. */
async function write(client: Client, points: ControlPlane['points'], { manifest, from }: Written): Promise<void> {
  const { apiVersion, kind, metadata } = manifest
  const served = await createDiscovery(client).find(apiVersion, kind)
  if (!served || !kinds.has(kind)) throw new Error(`${from}: ${kind} ${metadata.name} is no interpreter`)
  await naming(from, () => client.create(served, manifest))
  const end = performance.now() + patience
  for (;;) {
    const ready = await readiness(client, served, manifest)
    if (ready?.status === 'False') throw new Error(`${from}: ${ready.message ?? ready.reason}`)
    const isLoaded = ready ? ready.status === 'True' : kind !== resourceInterpreterModuleKind.kind
    if (isLoaded && isSpokenFor(points(), metadata.name)) return
    if (performance.now() > end) throw new Error(`${from}: ${kind} ${metadata.name} answers nothing`)
    await pause(5)
  }
}

/** Interpreters as a control plane has them. */
export interface Interpreters {
  readonly ask: Ask
  /** Whether somebody of this name answers a point. */
  answers(point: string, name: string): boolean
  /** What the control plane would say to who applies an object. */
  readonly review: ControlPlane['review']
  /** Applies an object, and waits until what it says can be asked. */
  write(object: Written): Promise<void>
}

/** Starts interpreters in memory, those of the objects among them; they end with the stack. */
export async function startInterpreters(
  open: AsyncDisposableStack,
  answering: Answering,
  { config, log, version }: MachineOptions,
): Promise<Interpreters> {
  let controlPlane: ControlPlane | undefined
  const admission = reviewedBy(() => controlPlane?.review)
  const server = await createApiServer({ name: 'interpret', storage: memoryStorage(), admission, crds, log })
  open.defer(() => server.close())
  const client = createClient(inProcessTransport(server, user))
  const life = new AbortController()
  const machine = createControlPlane({
    client,
    config,
    log,
    version,
    metrics: createMetrics(),
    signal: life.signal,
    plugins: await entriesOf(answering),
    stages: ['plugins'],
  })
  controlPlane = machine
  const running = machine.run()
  open.defer(async () => {
    life.abort()
    await running
  })
  return {
    ask: machine.ask,
    review: machine.review,
    answers: (point, name) =>
      isSpokenFor(
        machine.points().filter((each) => each.point === point),
        name,
      ),
    write: (object) => write(client, machine.points, object),
  }
}

/** Starts interpreters with all they are told to answer by. */
export async function startAnswering(
  open: AsyncDisposableStack,
  answering: Answering,
  machine: MachineOptions,
): Promise<Ask> {
  const { ask, write } = await startInterpreters(open, answering, machine)
  for (const object of answering.objects) await write(object)
  return ask
}
