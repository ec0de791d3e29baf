import type { Profiler, Runtime } from 'node:inspector'

/** Time in a function and in what it called, over all samples that came to it by the same way. */
interface Frame {
  readonly name: string
  readonly url: string
  micros: number
  readonly callees: Map<string, Frame>
}

const frameOf = (name: string, url = ''): Frame => ({ name, url, micros: 0, callees: new Map() })

/** Without what only runs the others: who waits in which turn of the event loop says nothing. */
const isMachinery = (url: string, name: string): boolean => url.startsWith('node:') || name === '(root)' || name === ''

/** Samples by the way they came, from the outermost function of ours on; waiting is not time. */
export function callTree({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const root = frameOf('all')
  for (const [index, id] of samples.entries()) {
    const way: Runtime.CallFrame[] = []
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { callFrame } = byId.get(at) as Profiler.ProfileNode // every id is a node's
      if (!isMachinery(callFrame.url, callFrame.functionName)) way.unshift(callFrame)
    }
    if (way[0]?.functionName === '(idle)') continue
    let frame = root
    const micros = timeDeltas[index] ?? 0
    frame.micros += micros
    for (const { functionName, url } of way) {
      const key = `${functionName} ${url}`
      const next = frame.callees.get(key) ?? frameOf(functionName, url)
      frame.callees.set(key, next)
      next.micros += micros
      frame = next
    }
  }
  return root
}

const [width, rowHeight] = [1200, 17]

/** Warm colours, one for each package, so that it is seen whose time it is. */
function colourOf({ url, name }: Frame): string {
  if (name.startsWith('(')) return '#c8c8c8'
  const [, of = url] = /([^/]+)\/dist\//.exec(url) ?? /node_modules\/([^/]+)/.exec(url) ?? []
  const hue = [...of].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
  return `hsl(${hue} 65% 72%)`
}

const escaped = (text: string): string => text.replace(/[<>&"]/g, (each) => `&#${each.charCodeAt(0)};`)

const fileOf = (url: string): string => url.replace(/^.*\/(?=[^/]+\/dist\/|node_modules\/)/, '').replace('/dist/', '/').replace('node_modules/', '') // biome-ignore format: one chain

function* rows(frame: Frame, all: number, least: number, x: number, depth: number): Generator<string> {
  const share = frame.micros / all
  const w = share * width
  const label = w > 30 ? escaped(frame.name.slice(0, Math.floor(w / 6.2))) : ''
  const title = escaped(`${frame.name} ${fileOf(frame.url)} ${(share * 100).toFixed(1)} %`)
  const y = depth * rowHeight
  yield `<g><title>${title}</title><rect x="${x.toFixed(1)}" y="${y}" width="${w.toFixed(1)}" height="16" fill="${colourOf(frame)}"/>${label && `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${label}</text>`}</g>`
  let at = x
  for (const callee of [...frame.callees.values()].sort((a, b) => b.micros - a.micros)) {
    if (callee.micros / all < least) continue
    yield* rows(callee, all, least, at, depth + 1)
    at += (callee.micros / all) * width
  }
}

const depthOf = (frame: Frame, all: number, least: number): number =>
  1 + Math.max(0, ...[...frame.callees.values()].filter(({ micros }) => micros / all >= least).map((each) => depthOf(each, all, least))) // biome-ignore format: one expression

/** A flame graph: who called whom from top to bottom, as wide as the time it took. What takes less than `least` of it is left out. */
export function flameGraph(profile: Profiler.Profile, least = 0.004): string {
  const root = callTree(profile)
  const height = depthOf(root, root.micros, least) * rowHeight
  const drawn = [...rows(root, root.micros, least, 0, 0)].join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="10">\n<title>Flame graph</title>\n${drawn}\n</svg>\n`
}
