import { errors, type Program, type Sandbox, type SandboxLimits } from '@flotilla/sdk'
import type { Meter } from '../meter.ts'
import { textOf } from '../text.ts'
import type { Mark } from './guest.ts'
import type { Loss, Tenant } from './job.ts'
import type { Lines } from './lines.ts'

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20)

const textOfCode = (code: string | Uint8Array): string =>
  typeof code === 'string' ? code : new TextDecoder().decode(code)

/** What an answer's mark says went wrong with a call. */
function failureOf(program: string, call: string, answer: string, limits: SandboxLimits): Error {
  switch (answer[0]) {
    case 't':
      return errors.SANDBOX_TIMEOUT(program, call, limits.timeout)
    case 'm':
      return errors.SANDBOX_MEMORY(program, call, limits.memory)
    case 'o':
      return errors.SANDBOX_OUTPUT(program, call, limits.output)
    case 'b':
      return errors.SANDBOX_BUSY(program, call, Number(answer.slice(1)))
    default:
      return errors.SANDBOX_FAILED(program, call, answer.slice(1))
  }
}

/** ... and with a program that was to start. */
function refusalOf(answer: string, { timeout, memory }: SandboxLimits): string {
  if (answer[0] === 't') return `it does not come to its end within ${timeout} ms`
  return answer[0] === 'm' ? `it needs more than its ${mebibytes(memory)} MiB of memory to start` : answer.slice(1)
}

const markOf: Readonly<Record<Loss | 'busy', Mark>> = { timeout: 't', memory: 'm', crash: 'x', busy: 'b' }

/** Where a program runs, and who counts what it does. */
export interface Around {
  readonly lines: Lines
  readonly meter: Meter
}

/** A program that is open. */
export class Opened implements Tenant, Sandbox {
  readonly id: number
  readonly name: string
  readonly code: string
  readonly timeout: number
  readonly memory: number
  readonly output: number
  functions: readonly string[] = []
  isGone = false
  readonly #limits: SandboxLimits
  readonly #lines: Lines
  readonly #meter: Meter
  /** How to fail the calls that are on their way. */
  readonly #pending = new Set<(error: Error) => void>()

  constructor(id: number, { name, code }: Program, limits: SandboxLimits, { lines, meter }: Around) {
    this.id = id
    this.name = name
    this.code = textOfCode(code)
    this.timeout = limits.timeout
    this.memory = limits.memory
    this.output = limits.output
    this.#limits = limits
    this.#lines = lines
    this.#meter = meter
    lines.enter()
  }

  /** Compiles the program, and lets it run to its end. */
  async start(): Promise<void> {
    const answer = await this.#ask('l', 'its start')
    if (answer[0] === 'x' || answer[0] === 'b') throw failureOf(this.name, 'its start', answer, this.#limits)
    if (answer[0] !== '=') throw errors.SANDBOX_PROGRAM(this.name, refusalOf(answer, this.#limits))
    this.functions = JSON.parse(answer.slice(1)) as string[] // as the guest writes it
    if (this.functions.length === 0) throw errors.SANDBOX_PROGRAM(this.name, 'it exports no function')
  }

  async call(name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const start = performance.now()
    try {
      const answer = await this.#ask(`c${name}\n${textOf(args)}`, name)
      if (answer[0] !== '=') throw failureOf(this.name, name, answer, this.#limits)
      this.#meter.called(start)
      return [JSON.parse(answer.slice(1))]
    } catch (error) {
      this.#meter.called(start, error)
      throw error
    }
  }

  close(): void {
    if (this.isGone) return
    this.isGone = true
    this.#lines.leave(this)
    for (const fail of this.#pending) fail(errors.SANDBOX_FAILED(this.name, 'what it was doing', 'it was closed'))
    this.#pending.clear()
  }

  #ask(text: string, call: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.isGone) return reject(errors.SANDBOX_FAILED(this.name, call, 'it is closed'))
      const done = () => this.#pending.delete(reject)
      this.#pending.add(reject)
      this.#lines.add(
        {
          tenant: this,
          text,
          since: performance.now(),
          timeout: this.timeout,
          memory: this.memory,
          answer: (text) => {
            done()
            resolve(text)
          },
          lose: (reason, how) => {
            done()
            resolve(`${markOf[reason]}${how}`)
          },
        },
        this.#limits.concurrency,
      )
    })
  }
}
