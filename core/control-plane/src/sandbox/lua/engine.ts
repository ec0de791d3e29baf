import type { Engine, Source } from '../engine.ts'
import { State } from './state.ts'

/** One Lua for all programs of a thread. */
let state: State | undefined

function current(): State {
  if (!state || state.isBroken) state = new State()
  return state
}

/** What each character of a script takes when it is compiled, roughly. */
const perCharacter = 8

/** A script, compiled in the Lua of the thread, and anew when that had to go. */
class Script {
  readonly #code: string
  readonly #limits: Source['limits']
  #state: State
  #number: number

  constructor({ code, limits }: Source) {
    this.#code = typeof code === 'string' ? code : new TextDecoder().decode(code)
    this.#limits = limits
    this.#state = current()
    this.#number = this.#state.compile(this.#code, limits)
  }

  bytes(): number {
    return this.#code.length * perCharacter
  }

  call(name: string, args: readonly unknown[]): readonly unknown[] {
    if (this.#state.isBroken || this.#state !== state) {
      this.#state = current()
      this.#number = this.#state.compile(this.#code, this.#limits)
    }
    return this.#state.call(this.#number, name, args, this.#limits)
  }

  close(): void {
    this.#state.forget(this.#number)
  }
}

/** Values as they were read last: what one program is asked about is often what another was. */
let last: { readonly text: string; readonly value: unknown } = { text: 'null', value: null }

function parsed(text: string): unknown {
  if (text.length < 64) return JSON.parse(text)
  if (text !== last.text) last = { text, value: JSON.parse(text) }
  return last.value
}

/**
 * Runs Lua 5.1. A script is compiled once; each call runs it with a new set of globals, then the function that is asked for: no
 * call knows of another, and no script of another.
 */
export const lua: Engine = (source) => {
  const script = new Script(source)
  return {
    functions: [],
    bytes: () => script.bytes(),
    call: (name, args) => script.call(name, args.map(parsed)).map((value) => JSON.stringify(value)),
    close: () => script.close(),
  }
}
