/**
 * What stands before an answer: `=` a value follows, `!` the reason why there is none, `o` it is too long, `t` it took too long,
 * `m` it needed too much memory, `x` its process ended, `b` it never had its turn. `~` is known inside only: a promise.
 */
export type Mark = '=' | '!' | 'o' | 't' | 'm' | 'x' | 'b' | '~'

/** What a program is called through, inside its isolate. What it gives begins with a mark. */
export interface Guest {
  /** Its exported functions, as a JSON array. */
  readonly functions: string
  /** `~` is a promise that is not settled before what is queued has run: `settled` knows it then. */
  call(name: string, ...args: readonly string[]): string
  settled(): string
}

/** What a program exports, and how long its answers may be. */
export type Begin = (exports: Readonly<Record<string, unknown>>, limit: number) => Guest

/**
 * Runs inside the isolate, before the program, where the text of this function is all there is: it may use nothing from outside. It
 * holds on to what it needs of the language, for a program may change everything it finds. Whatever a program does to deceive it,
 * it deceives about its own answer: the other side sees one text, and checks its length.
 */
export function guest(): Begin {
  const { parse, stringify } = JSON
  const { isArray } = Array
  const { getPrototypeOf, prototype, hasOwn, entries, keys } = Object
  const ProgramError = Error
  const GuestPromise = Promise

  /** Where and why a value is not JSON: the path is put together on the way back. */
  interface Problem {
    path: string
    readonly what: string
  }

  const kindOf = (value: object): string | undefined => {
    if (isArray(value) || getPrototypeOf(value) === null || getPrototypeOf(value) === prototype) return undefined
    const kind = prototype.toString.call(value).slice(8, -1)
    return kind === 'Object' || kind === 'Date' ? undefined : kind
  }
  const inside = (step: string, problem: Problem | undefined): Problem | undefined => {
    if (problem) problem.path = step + problem.path
    return problem
  }
  const problemIn = (value: object, above: readonly object[]): Problem | undefined => {
    if (above.includes(value)) return { path: '', what: 'contains itself' }
    if (above.length > 100) return { path: '', what: 'is nested too deeply' }
    const kind = kindOf(value)
    if (kind === 'Promise') return { path: '', what: 'is a promise: await it' }
    if (kind) return { path: '', what: `is a ${kind}, which JSON cannot hold` }
    const line = [...above, value]
    if (isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const problem = value[index] === undefined ? { path: '', what: 'is undefined' } : problemOf(value[index], line)
        if (problem) return inside(`[${index}]`, problem)
      }
      return undefined
    }
    for (const [name, member] of entries(value)) {
      const problem = member === undefined ? undefined : problemOf(member, line)
      if (problem) return inside(`.${name}`, problem)
    }
    return undefined
  }
  const problemOf = (value: unknown, above: readonly object[] = []): Problem | undefined => {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined
    if (typeof value === 'object') return problemIn(value, above)
    if (typeof value === 'number') return value - value === 0 ? undefined : { path: '', what: `is ${value}` }
    return { path: '', what: `is a ${typeof value}, which JSON cannot hold` }
  }

  const placeOf = (error: Error): string => {
    const [, line, column] = /\bmodule\.js:(\d+):(\d+)/.exec(`${error.stack}`.slice(0, 20_000)) ?? []
    return line ? ` (line ${line}, column ${column})` : ''
  }
  const said = (error: unknown): string => {
    try {
      if (!(error instanceof ProgramError)) return `it threw ${stringify(error) ?? String(error)}, which is no Error`
      const message = error.message === 'Not supported' ? 'there is no import(): a program stands alone' : error.message
      return `${error.name}: ${message}${placeOf(error)}`
    } catch {
      return 'it threw what cannot be shown'
    }
  }
  const refusal = (reason: string): string => `!${reason.slice(0, 2000)}`
  const failed = (error: unknown): string => refusal(said(error))

  const begin: Begin = (exports, limit) => {
    let answer: string | undefined

    /** No opinion is null on the wire. */
    const given = (value: unknown): string => {
      if (value === undefined || value === null) return '=null'
      const problem = problemOf(value)
      if (problem)
        return refusal(`what it gave is not JSON: ${problem.path.replace(/^\./, '') || 'it'} ${problem.what}`)
      const text = stringify(value) ?? 'null'
      return text.length > limit ? 'o' : `=${text}`
    }
    const settle = (give: () => string): void => {
      try {
        answer = give()
      } catch (error) {
        answer = failed(error)
      }
    }

    return {
      functions: stringify(keys(exports).filter((name) => typeof exports[name] === 'function')),
      call(name, ...pieces) {
        answer = undefined
        try {
          const call = hasOwn(exports, name) ? exports[name] : undefined
          if (typeof call !== 'function') return '!it exports no function of this name'
          let args = ''
          for (let index = 0; index < pieces.length; index++) args += pieces[index]
          const value: unknown = call(...parse(args))
          if (!(value instanceof GuestPromise)) return given(value)
          value.then(
            (value) => settle(() => given(value)),
            (error) => settle(() => failed(error)),
          )
          return '~'
        } catch (error) {
          return failed(error)
        }
      },
      settled: () => answer ?? '!its promise is never settled: nothing here comes later',
    }
  }
  return begin
}
