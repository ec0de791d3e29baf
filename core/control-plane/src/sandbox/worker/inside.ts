/** What runs in a worker thread: programs in their engines, asked one thing after the other. */
import { parentPort } from 'node:worker_threads'
import { type Engine, Exceeded, type Loaded } from '../engine.ts'
import type { Answer, Failure, Farewell, Question, Threaded } from './message.ts'

/** An engine is read when the first program of its language comes. */
const engines: Readonly<Partial<Record<Threaded, () => Promise<Engine>>>> = {
  lua: async () => (await import('../lua/engine.ts')).lua,
  wasm: async () => (await import('../wasm/engine.ts')).wasm,
}

interface Kept {
  readonly loaded: Loaded
  readonly output: number
}

/** How much is said of a failure, in characters. */
const longest = 2000

const kept = new Map<number, Kept>()

const failureOf = (cause: unknown, bytes: number): Failure => ({
  bytes,
  failed: cause instanceof Exceeded ? cause.what : 'program',
  reason: (cause instanceof Error ? cause.message : String(cause)).slice(0, longest),
})

async function load({ load, runtime, source }: Extract<Question, { load: number }>): Promise<Answer> {
  const engine = await engines[runtime]?.()
  if (!engine) throw new Error(`nothing here runs ${runtime}`)
  const loaded = await engine(source)
  const { functions, compiled } = loaded
  const bytes = loaded.bytes()
  kept.set(load, { loaded, output: source.limits.output })
  return { functions, ...(compiled !== undefined && { compiled }), bytes }
}

async function call({ call, name, args }: Extract<Question, { call: number }>): Promise<Answer> {
  const program = kept.get(call)
  if (!program) throw new Error('it is not loaded')
  const results = await program.loaded.call(name, args)
  if (results.reduce((sum, { length }) => sum + length, 0) > program.output) throw new Exceeded('output')
  return { results, bytes: program.loaded.bytes() }
}

function drop(id: number): void {
  kept.get(id)?.loaded.close()
  kept.delete(id)
}

async function answer(question: Question): Promise<Answer> {
  try {
    return await ('load' in question ? load(question) : call(question))
  } catch (cause) {
    const loaded = 'call' in question && kept.get(question.call)?.loaded
    return failureOf(cause, loaded ? loaded.bytes() : 0)
  }
}

// Nobody reads what is printed here, and it would be kept for whoever does.
process.stdout.write = () => true
process.stderr.write = () => true

parentPort?.on('message', async (message: Question | Farewell) => {
  if ('drop' in message) drop(message.drop)
  else parentPort?.postMessage(await answer(message))
})
