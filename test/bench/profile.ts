import { writeFileSync } from 'node:fs'
import { type Profiler, Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { root } from '../root.ts'
import { flameGraph } from './flame.ts'
import { print } from './measure.ts'
import type { Scene } from './scenes.ts'
import { runInMemory, type ScheduleOptions } from './schedule.ts'

/** Whose time it is: the first whose pattern a frame's file or function has, from the inside out. */
const owners: readonly (readonly [what: string, of: RegExp])[] = [
  ['objects in memory, in place of an API server', /sdk\/dist\/testing\//],
  ['schedule.filter', /scheduling\/dist\/(?!select|pick|room|spread\.|cluster-(score|locality))/],
  ['schedule.score', /scheduling\/dist\/cluster-(score|locality)/],
  ['schedule.select', /scheduling\/dist\//],
  ['schedule.estimate', /estimating\/dist\//],
  ['schedule.assign', /assigning\/dist\//],
  ['remembering decisions', /schedule\/(witness|decisions)\.js/],
  ['ranking', /schedule\/rank\.js/],
  ['patches and conditions', /schedule\/result\.js/],
  ['metrics', /prom-client|server\/metrics\.js|extension\/instruments\.js/],
  ['events', /kube\/dist\/(events|correlate|recent|token-bucket)\.js/],
  ['queue and workers', /kube\/dist\/(queue|worker|line|ranks|alarms|controller)\.js/],
  ['caches', /kube\/dist\/(store|reflector|projection)\.js/],
  ['asking plugins', /extension\/observed\.js|sdk\/dist\/src\/(rules|point|lasting)\.js/],
  ['the stage itself', /pipeline\/schedule\//],
  ['collecting garbage', /garbage collector/],
]

/** The part of the time that is each owner's. What nobody owns belongs to whoever called it; waiting is not time. */
function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<string, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, `${callFrame.url} ${callFrame.functionName}`]))
  const ownerOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at))
      for (const [what, of] of owners) if (of.test(frames.get(at) ?? '')) return what
    return frames.get(id)?.includes('(idle)') ? 'idle' : 'Node and everything else'
  }
  const owned = new Map(nodes.map(({ id }) => [id, ownerOf(id)]))
  const shares = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const owner = owned.get(id) ?? ''
    shares.set(owner, (shares.get(owner) ?? 0) + (timeDeltas[i] ?? 0))
  }
  shares.delete('idle')
  const all = [...shares.values()].reduce((sum, micros) => sum + micros, 0)
  return new Map([...shares].map(([what, micros]) => [what, micros / all]))
}

interface Profiled {
  readonly shares: ReadonlyMap<string, number>
  /** CPU seconds of it all. */
  readonly cpu: number
  readonly profile: Profiler.Profile
}

async function profiled(run: () => Promise<{ readonly cpu: number }>): Promise<Profiled> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  const { cpu } = await run()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return { shares: sharesOf(profile), cpu, profile }
}

const page = join(root, 'docs/scheduling-time.md')

const pictureOf = (scene: Scene): string => `scheduling-time-${scene}.svg`

/** Writes down where the time of the scheduler goes. */
export async function scheduleProfile(options: ScheduleOptions): Promise<void> {
  const profiles = new Map<Scene, Profiled>()
  for (const scene of ['static', 'dynamic'] as const) {
    await runInMemory(scene, options) // until the code is warm
    profiles.set(scene, await profiled(() => runInMemory(scene, options)))
  }
  for (const [scene, { profile }] of profiles) writeFileSync(join(root, 'docs', pictureOf(scene)), flameGraph(profile))
  const text = pageOf(profiles, options)
  writeFileSync(page, text)
  print({ 'written to': page })
}

const bar = (share: number): string => '█'.repeat(Math.round(share * 40))

function tableOf({ shares, cpu }: Profiled, n: number): string {
  const rows = [...shares]
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .map(([what, share]) => {
      const micros = ((share * cpu * 1e6) / n).toFixed(0)
      return `| ${what} | ${micros} | ${(share * 100).toFixed(0)} % | ${bar(share)} |`
    })
  return ['| | µs of CPU for each binding | | |', '|---|--:|--:|---|', ...rows].join('\n')
}

const titles: Partial<Record<Scene, string>> = {
  static: 'Replicas divided by fixed weights',
  dynamic: 'Replicas divided by room, over two regions or more',
}

const pageOf = (profiles: ReadonlyMap<Scene, Profiled>, { n, clusters }: ScheduleOptions) =>
  `# Where the scheduler's time goes

${n} bindings over ${clusters} clusters, from the start of the scheduler until each binding has its clusters and says so; the API server is objects in memory. This page
and its pictures are written by \`npm run bench -- schedule --profile\`; the times are of the machine it ran on, what matters are the shares.
Time that no row names is its caller's. In the flame graphs a function lies below the one that called it, as wide as the time of both; a continuation
after an \`await\` has nobody above it, what is Node's own and what takes less than 0.4 % is left out, and colours are packages. Pointing at a frame shows its file and share.

${[...profiles].map(([scene, shares]) => `## ${titles[scene]}\n\n${tableOf(shares, n)}\n\n![Flame graph: ${titles[scene]}](${pictureOf(scene)})`).join('\n\n')}

## How it grows

The CPU of a decision grows less than the number of clusters does: from 100 to 5000 as n^0.4 (fixed weights) to n^0.9 (placements as policies usually have them), by \`npm run bench -- schedule --curve\`.
50,000 bindings on 1000 clusters, with their API server in the same process, took 0.9 GiB: \`npm run bench -- schedule --memory\`. Over a real kube-apiserver its PATCHes are what takes time:
\`npm run bench -- schedule --real\` sends the same ones once more with nobody thinking, and says how near the scheduler comes to that.
`
