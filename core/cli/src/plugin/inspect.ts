import { createMetrics, createSandboxes } from '@flotilla/core'
import { guestFunction, guestPoints, moduleDigest, reasonOf } from '@flotilla/sdk'
import type { InspectFlags } from '../commands/authoring.ts'
import { answer } from '../output/answer.ts'
import { type ProgramFile, readProgram } from './program.ts'
import { readKey, signatureBeside, signatureText } from './signature.ts'
import { sizeText } from './size.ts'

/** What is to be known of a program before it is trusted. */
export interface Inspection {
  readonly file: string
  readonly runtime: 'wasm' | 'javascript'
  readonly bytes: number
  readonly sha256: string
  readonly signature?: string
  /** Points it answers. */
  readonly points: readonly string[]
  /** What it exports and nobody asks for. */
  readonly others: readonly string[]
  /** What it wants from its surroundings, by where that comes from. */
  readonly imports: Readonly<Record<string, readonly string[]>>
  /** Why it cannot be run. */
  readonly problem?: string
}

const pointOf: ReadonlyMap<string, string> = new Map(guestPoints.map((point) => [guestFunction(point), point.id]))

/** What its own words say: nothing of it runs. */
async function declared({ runtime, bytes }: ProgramFile): Promise<Pick<Inspection, 'imports'>> {
  if (runtime === 'javascript') return { imports: {} }
  const module = await WebAssembly.compile(Buffer.from(bytes))
  const wanted = Map.groupBy(WebAssembly.Module.imports(module), ({ module }) => module)
  return {
    imports: Object.fromEntries([...wanted].map(([home, imports]) => [home, imports.map(({ name }) => name).sort()])),
  }
}

/** Opens a program where the control plane would, and closes it again. */
async function opened({ name, runtime, bytes }: ProgramFile): Promise<readonly string[]> {
  const life = new AbortController()
  try {
    const sandboxes = createSandboxes({ metrics: createMetrics(), signal: life.signal })
    const code = runtime === 'javascript' ? new TextDecoder().decode(bytes) : bytes
    return (await sandboxes.open({ name, runtime, code })).functions
  } finally {
    life.abort()
  }
}

const splitFunctions = (functions: readonly string[]): Pick<Inspection, 'points' | 'others'> => ({
  points: functions.flatMap((name) => pointOf.get(name) ?? []),
  others: functions.filter((name) => !pointOf.has(name)),
})

/** What it can do, or why it can do nothing. */
async function able(program: ProgramFile): Promise<Pick<Inspection, 'points' | 'others' | 'problem'>> {
  try {
    return splitFunctions(await opened(program))
  } catch (error) {
    return { points: [], others: [], problem: reasonOf(error) }
  }
}

/** Looks at a program. */
export async function inspect(program: ProgramFile): Promise<Inspection> {
  const { file, runtime, bytes } = program
  const signature = signatureBeside(program)
  return {
    file,
    runtime,
    bytes: bytes.length,
    sha256: moduleDigest(bytes),
    ...(signature && { signature }),
    ...(await able(program)),
    ...(await declared(program).catch(() => ({ imports: {} }))), // what is wrong with it is said already
  }
}

const line = (head: string, text: string): string => `${`${head}:`.padEnd(11)}${text}`

const listed = (names: readonly string[]): string => names.join(', ') || 'nothing'

function text(found: Inspection, signature: string): string {
  const { file, runtime, bytes, sha256, points, others, imports, problem } = found
  const wants = Object.entries(imports).map(([home, names]) => `${home} (${names.join(', ')})`)
  return [
    line('file', file),
    line('runtime', runtime),
    line('size', sizeText(bytes)),
    line('sha256', sha256),
    line('signature', signature),
    ...(problem === undefined ? [line('answers', listed(points))] : []),
    ...(others.length > 0 ? [line('exports', `${others.join(', ')}, which nobody asks`)] : []),
    line('wants', listed(wants)),
    ...(problem === undefined ? [] : [line('problem', problem)]),
  ].join('\n')
}

export async function runInspect(file: string, flags: InspectFlags): Promise<void> {
  const program = readProgram(file)
  const key = flags.key && readKey(flags.key, 'PUBLIC')
  const found = await inspect(program)
  console.log(answer('PluginInspection', found, flags, () => text(found, signatureText(program, key))))
  if (found.problem) throw new Error(`${file} cannot be run`)
  if (found.points.length === 0) throw new Error(`${file} answers nothing: it exports no function of a point`)
}
