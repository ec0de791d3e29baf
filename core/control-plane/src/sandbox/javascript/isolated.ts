import ivm from 'isolated-vm'
import { type Begin, type Guest, guest } from './guest.ts'

/** What an isolate is made of. */
export interface Source {
  /** The text of an ES module. */
  readonly code: string
  /** In milliseconds. */
  readonly timeout: number
  /** In bytes. */
  readonly memory: number
  /** In bytes of JSON. */
  readonly output: number
}

/** The smallest heap V8 can work with, in MiB. */
const leastHeap = 8

/** What reaches beyond an isolate's heap or halts its thread, of no use to one who has no threads; and what our flags add. */
const absent = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'gc']

/** Texts of more bytes than this would be kept outside of the heap until V8 collects all of it: 200 programs would hold gigabytes. */
const piece = 511 // of two bytes

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += piece) yield text.slice(at, at + piece)
}

const boot = `${absent.map((name) => `delete globalThis.${name}`).join(';')};(${guest})()`

/** Out of heap: V8 knows no way back, and an aborted process would leave a core behind. */
const giveUp = () => process.kill(process.pid, 'SIGKILL')

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Why, and where in the program's text: V8 says it behind the message, or in the stack. */
function reasonOf(error: unknown): string {
  if (messageOf(error) === 'Not supported') return 'there is no import(): a program stands alone'
  const message = messageOf(error).replace(/ \[module\.js:(\d+):(\d+)\]$/, ' (line $1, column $2)')
  if (!(error instanceof Error) || / \(line \d+, column \d+\)$/.test(message)) return message
  const [, line, column] = /\bmodule\.js:(\d+):(\d+)/.exec(error.stack ?? '') ?? []
  return line ? `${message} (line ${line}, column ${column})` : message
}

function compile(isolate: ivm.Isolate, context: ivm.Context, code: string): ivm.Module {
  const module = isolate.compileModuleSync(code, { filename: 'module.js' })
  const [imported] = module.dependencySpecifiers
  if (imported !== undefined) throw new Error(`it imports '${imported}': a program stands alone, bundle what it needs`)
  module.instantiateSync(context, () => {
    throw new Error('it imports what is not there')
  })
  return module
}

/** Lets the program run to its end, and gives what it is called through. */
function begin(isolate: ivm.Isolate, { code, output, timeout }: Source) {
  const context = isolate.createContextSync()
  const start: ivm.Reference<Begin> = context.evalSync(boot, { reference: true }) // before the program can change a thing
  const module = compile(isolate, context, code)
  module.evaluateSync({ timeout })
  const result = { reference: true } as const
  const begun: ivm.Reference<Guest> = start.applySync(undefined, [module.namespace.derefInto(), output], {
    timeout,
    result,
  })
  return {
    functions: begun.getSync('functions', { copy: true }),
    call: begun.getSync('call', result),
    settled: begun.getSync('settled', result),
  }
}

/** What comes out may be made up: it is as long as it may be, and changes no prototype of whoever reads it. */
function allowed(text: string, output: number): string {
  if (text[0] !== '=') return text.slice(0, 2001)
  if (Buffer.byteLength(text) > output + 1) return 'o'
  return text.includes('"__proto__":') ? '!what it gave is not JSON: __proto__ is a name that no object has' : text
}

/** A program in an isolate of its own. What it gives begins with a mark that says what became of it: see `Mark`. */
export class Isolated {
  /** Its exported functions, as a JSON array. */
  readonly functions: string
  readonly #isolate: ivm.Isolate
  readonly #source: Source
  readonly #begun: ReturnType<typeof begin>

  /** Throws when the program cannot be compiled, or does not come to its end. */
  constructor(source: Source) {
    this.#source = source
    const memoryLimit = Math.max(Math.ceil(source.memory / 2 ** 20), leastHeap)
    this.#isolate = new ivm.Isolate({ memoryLimit, onCatastrophicError: giveUp })
    try {
      this.#begun = begin(this.#isolate, source)
      this.functions = this.#begun.functions
      if (this.functions.length > source.output) throw new Error('the names of its functions are too long')
    } catch (error) {
      const mark = this.#endedBy(error)
      this.close()
      throw new Error(mark, { cause: error })
    }
  }

  /** How many bytes it holds. */
  get size(): number {
    if (!this.isAlive) return 0
    const { total_heap_size, externally_allocated_size } = this.#isolate.getHeapStatisticsSync()
    return total_heap_size + externally_allocated_size
  }

  /** Whether it can be called again. */
  get isAlive(): boolean {
    return !this.#isolate.isDisposed
  }

  call(name: string, args: string): string {
    const { timeout, output } = this.#source
    try {
      const said = this.#begun.call.applySync(undefined, [name, ...piecesOf(args)], { timeout })
      const text = said === '~' ? this.#begun.settled.applySync(undefined, [], { timeout }) : said
      return allowed(text, output)
    } catch (error) {
      const mark = this.#endedBy(error)
      this.close() // what it was doing is half done
      return mark
    }
  }

  close(): void {
    if (this.isAlive) this.#isolate.dispose()
  }

  #endedBy(error: unknown): string {
    if (messageOf(error) === 'Script execution timed out.') return 't'
    return this.isAlive ? `!${reasonOf(error)}` : 'm'
  }
}
