import { createMetrics, createSandboxes } from '@flotilla/core'
import {
  type Ask,
  deepFreeze,
  interpret,
  type Manifest,
  type Program,
  type ResourceInterpreterCustomization,
  type Sandboxes,
} from '@flotilla/sdk'
import { parse } from 'yaml'
import { assembled } from '../exams/languages/assemblyscript.ts'
import { type Language, languages, read } from '../exams/languages/languages.ts'
import { percentile, print, resident } from './measure.ts'

export interface InterpretOptions {
  /** Calls of each interpreter. */
  readonly n: number
  /** Programs that are open at once. */
  readonly modules: number
  /** Calls during which memory must not grow; 0 leaves it out. */
  readonly growth: number
  /** A language, where it is about one alone. */
  readonly only?: string | undefined
}

const env = (index: number) => ({ name: `SETTING_${index}`, value: `value of setting ${index}`.padEnd(40, '.') })

/** A Deployment of about 5 KB as JSON, as members hold them. */
const deployment: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'shop',
    generation: 4,
    labels: { app: 'web', team: 'storefront' },
    annotations: { 'resourcetemplate.karmada.io/generation': '2', description: 'What people see first. '.repeat(8) },
  },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        serviceAccountName: 'web',
        containers: ['web', 'proxy'].map((name) => ({
          name,
          image: `registry.example.com/shop/${name}:1.2.3`,
          env: Array.from({ length: 20 }, (_, i) => env(i)),
          envFrom: [{ configMapRef: { name: `${name}-config` } }],
          resources: { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
          ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
        })),
        volumes: [{ name: 'cert', secret: { secretName: 'web-cert' } }],
      },
    },
  },
  status: {
    observedGeneration: 4,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    conditions: ['Available', 'Progressing'].map((type) => ({
      type,
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-5d78c9869d" has successfully progressed.',
      lastUpdateTime: '2026-01-01T00:00:00Z',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })),
  },
} as Manifest

/** The same, never seen before. */
const fresh = (): Manifest => deepFreeze(structuredClone(deployment))

/** Microseconds each call took; what is asked about is made outside of them. */
async function timed(n: number, call: (manifest: Manifest) => unknown): Promise<readonly number[]> {
  const times: number[] = []
  for (let i = 0; i < n; i++) {
    const manifest = fresh()
    const start = performance.now()
    const answer = call(manifest)
    if (answer instanceof Promise) await answer
    times.push((performance.now() - start) * 1000)
  }
  return times
}

const micro = (time: number): string => `${time < 10 ? time.toFixed(1) : Math.round(time)} µs`

function figure(times: readonly number[]): string {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  const rate = Math.round(1e6 / mean).toLocaleString('en')
  const middle = percentile(times, 0.5)
  return `${micro(middle).padStart(8)} ${micro(percentile(times, 0.99)).padStart(8)} at 99% ${rate.padStart(9)}/s`
}

const health = (ask: Ask) => (manifest: Manifest) => ask(interpret.health, { manifest })
const replicas = (ask: Ask) => (manifest: Manifest) => ask(interpret.replicas, { manifest })

/** Calls before those that are measured. */
const warmth = 500

async function measured(n: number, call: (manifest: Manifest) => unknown): Promise<string> {
  await timed(Math.min(n, warmth), call)
  return figure(await timed(n, call))
}

async function inLanguage(n: number, start: Language): Promise<readonly [health: string, replicas: string]> {
  await using open = new AsyncDisposableStack()
  const ask = await start(open)
  return [await measured(n, health(ask)), await measured(n, replicas(ask))]
}

/** A program, and what is called of it. */
interface Callable {
  readonly program: Omit<Program, 'name'>
  readonly call: string
  readonly arg: object
}

const customization = parse(read('customization.yaml')) as ResourceInterpreterCustomization

const callables = async (): Promise<Readonly<Record<string, Callable>>> => ({
  Lua: {
    program: { runtime: 'lua', code: customization.spec.customizations.healthInterpretation?.luaScript ?? '' },
    call: 'InterpretHealth',
    arg: deployment,
  },
  JavaScript: {
    program: { runtime: 'javascript', code: read('guest/javascript.js') },
    call: 'interpretHealth',
    arg: { manifest: deployment },
  },
  AssemblyScript: {
    program: { runtime: 'wasm', code: await assembled() },
    call: 'interpretHealth',
    arg: { manifest: deployment },
  },
})

/** The same program, whose bytes are its own: a comment, or in WebAssembly a section that nobody reads. */
const another = (code: string | Uint8Array, index: number): string | Uint8Array =>
  typeof code === 'string'
    ? `${code}\n${' '.repeat(index)}`
    : Buffer.concat([code, Buffer.from([0, 3, 2, 97 + (index & 15), 97 + (index >> 4)])])

/** Opens a program and calls it once; gives how many milliseconds that took. */
async function begun({ open }: Sandboxes, { program, call, arg }: Callable, index: number): Promise<number> {
  const start = performance.now()
  const sandbox = await open({ name: `bench ${index}`, ...program, code: another(program.code, index) })
  await sandbox.call(call, [arg])
  return performance.now() - start
}

const milli = (time: number): string => `${time.toFixed(1)} ms`
const mebi = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`

/** How long the first answers of programs take, and how much memory many of them hold. */
async function many(each: Callable, modules: number): Promise<string> {
  const life = new AbortController()
  const sandboxes = createSandboxes({ metrics: createMetrics(), signal: life.signal })
  const before = resident()
  const times: number[] = []
  for (let i = 0; i < modules; i++) times.push(await begun(sandboxes, each, i))
  const held = resident() - before
  life.abort()
  const [first = 0, ...others] = times
  return `${milli(first)}, then ${milli(percentile(others, 0.5))}, ${milli(percentile(others, 0.99))} at 99%; ${modules} of them hold ${mebi(held)}`
}

/** How much memory calls leave behind: tells what is resident after each tenth of them. */
async function grown(start: Language, calls: number, tell: (resident: string) => void): Promise<void> {
  await using open = new AsyncDisposableStack()
  const ask = await start(open)
  for (let tenth = 1; tenth <= 10; tenth++) {
    await timed(calls / 10, health(ask))
    tell(mebi(resident()))
  }
}

/** Prints what it costs to ask interpreters, by what they are written in, beside the floor of all that is asked elsewhere. */
export async function interpreting({ n, modules, growth, only }: InterpretOptions): Promise<void> {
  const json = JSON.stringify(deployment)
  console.log(
    `one call after the other, each about a Deployment of ${json.length} bytes never seen before: half of them, 99 of 100, all`,
  )
  const chosen = Object.entries<Language>(languages).filter(([language]) => only === undefined || language === only)
  const figures: Record<string, string> = {}
  figures['JSON, there and back'] = await measured(n, (manifest) => JSON.parse(JSON.stringify(manifest)))
  for (const [language, start] of chosen) {
    const [isHealthy, wanted] = await inLanguage(n, start)
    figures[`health, ${language}`] = isHealthy
    figures[`replicas, ${language}`] = wanted
  }
  print(figures)
  console.log('\nfirst answers of programs that are opened, the very first with all it runs in')
  const starts: Record<string, string> = {}
  for (const [language, each] of Object.entries(await callables()))
    if (only === undefined || language === only) starts[language] = await many(each, modules)
  if (Object.keys(starts).length > 0) print(starts)
  if (growth === 0) return
  console.log(`\nresident after each tenth of ${growth.toLocaleString('en')} calls`)
  for (const [language, start] of chosen) {
    process.stdout.write(language.padEnd(18))
    await grown(start, growth, (resident) => process.stdout.write(`  ${resident}`)) // they take their time
    process.stdout.write('\n')
  }
}
