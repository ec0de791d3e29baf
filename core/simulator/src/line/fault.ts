/** On a Cluster of a control plane with simulated members: what is wrong with the line to it. */
export const faultAnnotation = 'simulator.flotilla.dev/fault'

/** What is wrong with the line to a cluster. */
export interface Fault {
  /** Nobody answers: connections are refused, or nothing ever comes back. */
  readonly silence?: 'unreachable' | 'hanging'
  /** Milliseconds that every request takes longer. */
  readonly slow?: number
  /** The share of requests that fail, up to 1. */
  readonly flaky?: number
  /** Milliseconds after which a watch is cut off. */
  readonly watches?: number
}

const units = { ms: 1, s: 1000, m: 60_000 } as const

/** An hour; timers bear no more than some weeks. */
const longest = 3_600_000

function duration(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  const found = Number(amount) * units[unit as keyof typeof units] // one of them
  return found <= longest ? found : undefined
}

function share(text: string): number | undefined {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? []
  const found = Number(percent) / 100
  return found <= 1 ? found : undefined
}

const known = 'unreachable, hanging, slow=500ms, flaky=20%, watches=10s'

/** One word of a fault. */
function part(text: string): Fault {
  const [word = '', value = ''] = text.split('=', 2)
  if (text === 'unreachable' || text === 'hanging') return { silence: text }
  const time = duration(value)
  if (word === 'slow' && time !== undefined) return { slow: time }
  if (word === 'watches' && time !== undefined && time > 0) return { watches: time }
  const failing = word === 'flaky' ? share(value) : undefined
  if (failing !== undefined) return { flaky: failing }
  throw new Error(`"${text}" is no fault of a line; these are, also several with commas between them: ${known}`)
}

/** Reads `slow=500ms,flaky=20%`. Throws in words for people. Undefined: nothing is wrong. */
export function readFault(text: string): Fault | undefined {
  const parts = text.split(',').flatMap((each) => each.trim() || [])
  return parts.length === 0 ? undefined : Object.assign({}, ...parts.map(part))
}
