import { type ModuleLimits, parseQuantity, type SandboxLimits } from '@flotilla/sdk'

/** The least and the most a module may ask for: milliseconds, bytes, calls. */
export const bounds = {
  timeout: [1, 30_000],
  memory: [2 ** 20, 2 ** 30],
  output: [1, 16 * 2 ** 20],
  concurrency: [1, 16],
} as const

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000 }

/** A time as a module writes it, in milliseconds; undefined when it is none. */
export function milliseconds(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,5})(ms|s)$/.exec(text) ?? []
  const factor = units[unit]
  return factor === undefined ? undefined : Number(count) * factor
}

/** An amount in bytes; undefined when it is none. */
export function bytes(quantity: string | number): number | undefined {
  try {
    return Math.ceil(Number(parseQuantity(quantity)) / 1000)
  } catch {
    return undefined
  }
}

/** What a module may use, as far as it says so. What it cannot have was refused when it was written. */
export function limitsOf({ timeout, memory, output, concurrency }: ModuleLimits = {}): Partial<SandboxLimits> {
  const said: Readonly<Record<keyof SandboxLimits, number | undefined>> = {
    timeout: timeout === undefined ? undefined : milliseconds(timeout),
    memory: memory === undefined ? undefined : bytes(memory),
    output: output === undefined ? undefined : bytes(output),
    concurrency,
  }
  const kept = (Object.keys(bounds) as (keyof SandboxLimits)[]).flatMap((limit) => {
    const [least, most] = bounds[limit]
    const value = said[limit]
    return value === undefined ? [] : [[limit, Math.min(Math.max(value, least), most)] as const]
  })
  return Object.fromEntries(kept)
}
