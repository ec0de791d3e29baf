import { Lines, Typed } from './input.ts'
import { interrupted, nameOf, programs, type World } from './programs.ts'
import { type Command, expand, readScript } from './script.ts'

/** Names by which a shell is called. */
export const shells: ReadonlySet<string> = new Set(['sh', 'ash', 'bash'])

/** A shell: it runs programs of a container, one after another. */
class Shell {
  readonly #world: World
  #code = 0
  /** What `exit` said. */
  #end: number | undefined

  constructor(world: World) {
    this.#world = { ...world, env: new Map(world.env) }
  }

  /** Runs a script; resolves to the exit code of its last command. */
  async script(text: string): Promise<number> {
    let commands: readonly Command[]
    try {
      commands = readScript(text)
    } catch (error) {
      await this.#world.err(`sh: ${error instanceof Error ? error.message : error}\n`)
      this.#code = 2
      return 2
    }
    for (const { when, words } of commands) {
      if (this.#end !== undefined || this.#world.signal.aborted) break
      if ((when === '&&' && this.#code !== 0) || (when === '||' && this.#code === 0)) continue
      this.#code = await this.#command(words.flatMap((word) => expand(word, (name) => this.#lookUp(name))))
    }
    return this.#end ?? this.#code
  }

  /** Runs what is read, line by line. At a terminal it says when it is ready for more. */
  async interactive(): Promise<number> {
    const { input, out, signal } = this.#world
    const isTerminal = input instanceof Typed
    if (isTerminal) input.interrupted = undefined // the shell itself goes on
    const lines = new Lines(input)
    while (this.#end === undefined && !signal.aborted) {
      if (isTerminal) await out('# ')
      const line = await lines.next()
      if (line === undefined) break
      await this.script(line)
    }
    return this.#end ?? this.#code
  }

  #lookUp(name: string): string {
    return name === '?' ? String(this.#code) : (this.#world.env.get(name) ?? '')
  }

  async #command([first, ...args]: readonly string[]): Promise<number> {
    if (first === undefined) return 0
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(first) ?? []
    if (name !== undefined && value !== undefined && args.length === 0) {
      this.#world.env.set(name, value)
      return 0
    }
    if (first === 'exit') return this.#exit(args)
    return this.#foreground((world) => run([first, ...args], world))
  }

  #exit([text]: readonly string[]): number {
    const code = text === undefined ? this.#code : Number(text)
    this.#end = Number.isInteger(code) ? code & 0xff : 2
    return this.#end
  }

  /** Runs a program that Ctrl-C ends, and not the shell. */
  async #foreground(step: (world: World) => Promise<number>): Promise<number> {
    const { input, signal } = this.#world
    if (!(input instanceof Typed)) return step(this.#world)
    const stop = new AbortController()
    input.interrupted = () => stop.abort()
    const code = await step({ ...this.#world, signal: AbortSignal.any([signal, stop.signal]) })
    input.interrupted = undefined
    return stop.signal.aborted ? interrupted : code
  }
}

const shell = async (args: readonly string[], world: World): Promise<number> => {
  const [option, script] = args
  if (option === '-c' && script !== undefined) return new Shell(world).script(script)
  if (option === undefined || option === '-i' || option === '-l') return new Shell(world).interactive()
  await world.err(`sh: this simulated shell knows -c only, not ${args.join(' ')}\n`)
  return 2
}

async function run([first = '', ...args]: readonly string[], world: World): Promise<number> {
  const name = nameOf(first)
  if (shells.has(name)) return shell(args, world)
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined
  if (program) return program(args, world)
  await world.err(`sh: ${first}: not found\n`)
  return 127
}

/** Whether a container has a program. */
export const isProgram = (path: string): boolean => {
  const name = nameOf(path)
  return shells.has(name) || Object.hasOwn(programs, name)
}

/** Runs a program of a container. */
export const runProgram = run
