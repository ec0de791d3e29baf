import { createPlugin, type ExtismPluginOptions, type Plugin } from '@extism/extism'
import { Exceeded, type Loaded, type Source } from '../engine.ts'
import { withinBounds } from './bounds.ts'
import { type Surroundings, surroundingsOf } from './imports.ts'

/** What Extism puts before what a program says went wrong. */
const said = 'Plugin-originated error: '

/** A module that gave up with so much of its memory taken gave up because there was no more. */
const full = 0.75

function memoryOf(instance: WebAssembly.Instance | undefined): ArrayBuffer {
  const memory = instance?.exports.memory
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('it does not export its memory')
  return memory.buffer
}

/** A module that runs, with a memory of its own. */
class Instance {
  readonly #plugin: Plugin
  readonly #running: WebAssembly.Instance
  readonly #surroundings: Surroundings
  readonly #most: number
  /** Whether it stopped in the middle of something: what its memory holds then means nothing. */
  isBroken = false

  private constructor(plugin: Plugin, running: WebAssembly.Instance, surroundings: Surroundings, most: number) {
    this.#plugin = plugin
    this.#running = running
    this.#surroundings = surroundings
    this.#most = most
  }

  static async of(module: WebAssembly.Module, most: number): Promise<Instance> {
    let running: WebAssembly.Instance | undefined
    const surroundings = surroundingsOf(module, { memory: () => memoryOf(running), most })
    const functions = surroundings.functions as ExtismPluginOptions['functions'] // called with what a module gives them
    const plugin = await createPlugin(module, { functions, config: Object.create(null), allowedHosts: [] })
    running = await plugin.getInstance()
    const instance = new Instance(plugin, running, surroundings, most)
    instance.#begin(running)
    return instance
  }

  get bytes(): number {
    return memoryOf(this.#running).byteLength
  }

  /** Reactors, in the words of WASI, are told that they begin. */
  #begin({ exports }: WebAssembly.Instance): void {
    try {
      if (typeof exports._initialize === 'function') exports._initialize()
    } catch (cause) {
      throw this.#explained(cause)
    }
  }

  /** What a function gives for an input; undefined when that is nothing. */
  async call(name: string, input: string): Promise<Uint8Array | undefined> {
    this.#surroundings.renew()
    try {
      const output = await this.#plugin.call(name, input)
      return output?.bytes()
    } catch (cause) {
      throw this.#explained(cause)
    } finally {
      await this.#plugin.reset() // what came in and went out is given back
    }
  }

  /** What went wrong: in the program's own words, where it has some. */
  #explained(cause: unknown): unknown {
    const message = cause instanceof Error ? cause.message : String(cause)
    if (message.startsWith(said)) return new Error(message.slice(said.length))
    this.isBroken = true
    if (cause instanceof Exceeded || this.bytes > full * this.#most) return new Exceeded('memory')
    const printed = this.#surroundings.printed()
    return new Error(printed ? `${printed} (${message})` : message)
  }
}

function textOf(output: Uint8Array | undefined, most: number): string {
  if (!output || output.length === 0) return 'null'
  if (output.length > most) throw new Exceeded('output')
  return new TextDecoder().decode(output)
}

/** What of a module's exports is there to be called. */
const functionsOf = (module: WebAssembly.Module): readonly string[] =>
  WebAssembly.Module.exports(module)
    .filter(({ kind, name }) => kind === 'function' && !name.startsWith('_'))
    .map(({ name }) => name)

async function compile({ code, compiled, limits }: Source): Promise<WebAssembly.Module> {
  if (compiled instanceof WebAssembly.Module) return compiled
  if (typeof code === 'string') throw new Error('a module is given as bytes, not as text')
  return WebAssembly.compile(withinBounds(code, limits.memory))
}

/** Runs modules by Extism's conventions: a function reads its input, and sets its output, or an error. */
export async function wasm(source: Source): Promise<Loaded> {
  const { memory, output } = source.limits
  const module = await compile(source)
  const functions = functionsOf(module)
  const known = new Set(functions)
  let instance: Instance | undefined = await Instance.of(module, memory)
  return {
    functions,
    ...(!source.compiled && { compiled: module }),
    bytes: () => instance?.bytes ?? 0,
    async call(name, [input = '']) {
      if (!known.has(name)) throw new Error(`it has no function ${name}`)
      instance ??= await Instance.of(module, memory)
      try {
        return [textOf(await instance.call(name, input), output)]
      } finally {
        if (instance.isBroken) instance = undefined
      }
    },
    close() {
      instance = undefined // nothing outlives its memory
    },
  }
}
