import {
  deepEqual,
  type Extension,
  errors,
  FlotillaError,
  type GuestPoint,
  guestAnswer,
  guestFunction,
  guestQuestion,
  type ModuleTarget,
  moduleDigest,
  type ResourceInterpreterModule,
  type ResourceInterpreterModuleSpec,
} from '@flotilla/sdk'
import { forgetCircuits } from './circuits.ts'
import { Failings } from './failings.ts'
import { limitsOf } from './limits.ts'
import { checkFunctions, expectedPoints, needsTargets, pointsOf } from './points.ts'
import { Running } from './running.ts'
import { checkSignature } from './signature.ts'
import { fetchProgram, isElsewhere, type Means } from './source/index.ts'
import { scriptOf } from './source/program.ts'

/** How long who asks may wait beside the call itself, for a program that is being loaded, in milliseconds. */
const patience = 10_000

/** When what could not be loaded is tried again, in milliseconds: at first, and at the latest. */
const [soon, late] = [1000, 300_000]

/** What a module is called where plugins have names. */
export const pluginName = (module: string): string => `module/${module}`

/** How a module fares. */
export interface Faring {
  /** Undefined while it is being loaded. */
  readonly isReady: boolean | undefined
  readonly running: Running | undefined
  /** Why the program that the module names is not the one that answers. */
  readonly failure: FlotillaError | undefined
  /** The point it fails at, and what with. */
  readonly failing: string | undefined
}

/** One module: its program, loaded and loaded anew, and the voices in which it answers. */
export class Module {
  readonly #means: Means
  readonly #changed: () => void
  readonly #failings: Failings
  #object: ResourceInterpreterModule
  /** What holds: what the module says, or said when the program that answers was loaded. */
  #spec: ResourceInterpreterModuleSpec
  #running: Running | undefined
  #failure: FlotillaError | undefined
  #voices: ReadonlyMap<string, Extension> = new Map()
  /** Counts how often it was to be loaded: what an earlier turn brings is too late. */
  #turn = 0
  #tries = 0
  #loading: Promise<void> = Promise.resolve()
  #isLoading = false
  #isClosed = false
  #again: NodeJS.Timeout | undefined
  #version: string | undefined

  /** `changed` hears when who answers, or how it fares, is another. */
  constructor(object: ResourceInterpreterModule, means: Means, changed: () => void) {
    this.#object = object
    this.#spec = object.spec
    this.#means = means
    this.#changed = changed
    this.#failings = new Failings(changed)
    this.load()
  }

  get object(): ResourceInterpreterModule {
    return this.#object
  }

  get name(): string {
    return this.#object.metadata.name
  }

  get order(): number {
    return this.#spec.order ?? 0
  }

  /** Undefined: it is asked about any kind. */
  get targets(): readonly ModuleTarget[] | undefined {
    const { targets = [] } = this.#spec
    return targets.length > 0 ? targets : undefined
  }

  /** What it answers at this moment, by point. */
  get voices(): ReadonlyMap<string, Extension> {
    return this.#voices
  }

  /** The version of the file that was read last; undefined when none was. */
  get version(): string | undefined {
    return this.#version
  }

  get faring(): Faring {
    const isReady = this.#failure ? false : this.#isLoading ? undefined : true
    return { isReady, running: this.#running, failure: this.#failure, failing: this.#failings.first }
  }

  /** The module says something else. What it said of its status is not new. */
  update(object: ResourceInterpreterModule): void {
    const isSame = deepEqual(object.spec, this.#object.spec)
    this.#object = object
    if (!isSame) this.load()
  }

  /** Loads the program, anew if need be. Until that is done, the one before answers. */
  load(): void {
    if (this.#isClosed) return
    clearTimeout(this.#again)
    this.#again = undefined
    this.#tries = 0
    this.#failure = undefined
    this.#begin()
  }

  /** It is gone, or everything ends. */
  close(): void {
    this.#isClosed = true
    this.#turn++
    clearTimeout(this.#again)
    this.#failings.clear()
    this.#running?.retire()
    this.#running = undefined
    forgetCircuits(this.#means.host, this.#voices.values())
  }

  #begin(): void {
    const turn = ++this.#turn
    this.#isLoading = true
    this.#loading = this.#attempt(turn)
    if (this.#running || this.#tries > 0) return
    this.#spec = this.#object.spec
    this.#speak(expectedPoints(this.#spec))
  }

  async #attempt(turn: number): Promise<void> {
    try {
      const running = await this.#opened()
      if (turn === this.#turn) this.#become(running)
      else if (running !== this.#running) running.retire()
    } catch (cause) {
      if (turn === this.#turn) this.#fail(cause)
    }
  }

  #become(running: Running): void {
    if (running !== this.#running) this.#running?.retire()
    this.#running = running
    this.#spec = this.#object.spec
    this.#failure = undefined
    this.#isLoading = false
    this.#tries = 0
    this.#failings.clear()
    this.#speak(pointsOf(this.#spec, running.functions))
  }

  #fail(cause: unknown): void {
    const { name } = this
    const failure = cause instanceof FlotillaError ? cause : errors.MODULE_INVALID(name, String(cause), cause)
    this.#failure = failure
    this.#isLoading = false
    if (failure.retry || isElsewhere(this.#object.spec.source)) {
      const wait = Math.min(soon * 2 ** this.#tries++, late)
      this.#again = setTimeout(() => this.#begin(), wait).unref()
    }
    this.#changed()
  }

  /** The program, checked and ready: the one that runs when it is the same. */
  async #opened(): Promise<Running> {
    const { metadata, spec } = this.#object
    const { name } = metadata
    const { host, options } = this.#means
    const [capability] = spec.capabilities ?? []
    if (capability !== undefined) throw errors.MODULE_INVALID(name, `nothing here can be given "${capability}"`)
    const { program, signature, version } = await fetchProgram(this.#object, this.#means)
    this.#version = version
    const digest = moduleDigest(program)
    if (spec.sha256 && digest !== spec.sha256) throw errors.MODULE_DIGEST(name, digest, spec.sha256)
    checkSignature(name, program, spec.signature ?? signature, options)
    const same = this.#runningAs(digest)
    if (same) {
      checkFunctions(this.#object, same.functions)
      return same
    }
    const code = spec.runtime === 'wasm' ? program : scriptOf(program)
    const limits = limitsOf(spec.limits)
    const sandbox = await host.sandboxes.open({ name: pluginName(name), runtime: spec.runtime, code, limits })
    try {
      checkFunctions(this.#object, sandbox.functions)
    } catch (cause) {
      sandbox.close()
      throw cause
    }
    return new Running(digest, sandbox)
  }

  /** What runs, if it is this program, in the way that is wanted now. */
  #runningAs(digest: string): Running | undefined {
    const running = this.#running
    const { runtime, limits } = this.#object.spec
    const isAlike = runtime === this.#spec.runtime && deepEqual(limits, this.#spec.limits)
    return running?.digest === digest && isAlike ? running : undefined
  }

  /** Takes these points, each looked after as a plugin's answer is. */
  #speak(points: readonly GuestPoint[]): void {
    const { targets } = this
    const { host } = this.#means
    const spec = this.#spec
    const timeout = patience + (limitsOf(spec.limits).timeout ?? 0)
    forgetCircuits(host, this.#voices.values())
    const asked = points.filter((point) => targets || !needsTargets(point))
    this.#voices = new Map(
      asked.map((point) => [
        point.id,
        host.observed(
          { point: { id: point.id }, handler: (arg) => this.#answer(point, arg) }, // its answers are looked at here
          {
            name: pluginName(this.name),
            timeout,
            failurePolicy: spec.failurePolicy === 'Ignore' ? 'ignore' : 'fail',
            circuitBreaker: { failures: 5, openFor: 30_000, counts: 'all' },
          },
        ),
      ]),
    )
    this.#changed()
  }

  async #answer(point: GuestPoint, arg: never): Promise<unknown> {
    const running = this.#running ?? (await this.#ready())
    const name = guestFunction(point)
    if (!running.functions.includes(name)) return undefined // it was only expected to
    try {
      const answer = guestAnswer(point, await running.call(name, guestQuestion(point, arg)), arg)
      const problem = answer === undefined ? undefined : point.check?.(answer, arg)
      if (problem) throw errors.PLUGIN_ANSWER(pluginName(this.name), point.id, problem)
      this.#failings.answered(point.id)
      return answer
    } catch (cause) {
      this.#failings.failed(point.id, cause)
      throw cause
    }
  }

  async #ready(): Promise<Running> {
    await this.#loading
    if (this.#running) return this.#running
    throw errors.MODULE_UNREADY(this.name, this.#failure)
  }
}
