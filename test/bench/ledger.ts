import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Exchange, exchanges, type Request } from '@flotilla/apiserver'
import { type Step, steps } from '@flotilla/kube'

/** One request that a server of this process answered, in words to count it by. */
export interface Entry {
  /** `flotilla`, or a member. */
  readonly server: string
  readonly verb: string
  /** The plural of the kind, with `/status` for the subresource. */
  readonly what: string
  /** The stage or controller; the reason of an event; `user` when it was nobody of ours. */
  readonly by: string
  /** A write that the server refused changed nothing. */
  readonly effect: 'read' | 'write' | 'refusal'
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

const verbOf = ({ method, query, path }: Request): string => {
  if (query.watch) return 'watch'
  return verbs[method] ?? (partsOf(path).name === undefined ? 'list' : 'get')
}

const effectOf = ({ request, answer }: Exchange): Entry['effect'] => {
  if (!(request.method in verbs)) return 'read'
  return 'code' in answer && answer.code < 300 ? 'write' : 'refusal'
}

/** Kind, name and subresource in a path; a namespace before them is left out. */
function partsOf(path: string): { plural: string; name?: string; subresource?: string } {
  const parts = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3)
  const [plural = '', name, subresource] = parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts
  return { plural, ...(name && { name }), ...(subresource && { subresource }) }
}

/** `apply:member1` is `apply`: which member it was says the server. */
const stageOf = ({ worker }: Step): string => worker.split(':')[0] ?? worker

/** Of an event that is new; what comes again has a count only. */
const reasonOf = (request: Request): string =>
  (request.body({ apiVersion: 'v1', kind: 'Event' }) as { reason?: string } | undefined)?.reason ?? 'again'

function writer(request: Request, plural: string, step: Step | undefined): string {
  if (request.user.name === 'system:apiserver') return 'api server'
  if (plural === 'events' && request.method in verbs) return reasonOf(request)
  return step ? stageOf(step) : 'user'
}

function entryOf(exchange: Exchange, step: Step | undefined): Entry {
  const { server, request } = exchange
  const { plural, subresource } = partsOf(request.path)
  const what = subresource ? `${plural}/${subresource}` : plural
  const by = writer(request, plural, step)
  return { server, verb: verbOf(request), what: what || 'discovery', by, effect: effectOf(exchange) }
}

/** Counts what is asked of all API servers of this process, and who asks. */
export class Ledger {
  readonly #whose = new AsyncLocalStorage<Step>()
  #entries: Entry[] = []
  #steps: string[] = []
  #last = performance.now()

  constructor() {
    steps.bindStore(this.#whose)
    steps.subscribe(this.#hearStep)
    exchanges.subscribe(this.#hearExchange)
  }

  readonly #hearStep = (message: unknown): void => {
    this.#steps.push(stageOf(message as Step)) // the channel carries nothing else
  }

  readonly #hearExchange = (message: unknown): void => {
    const entry = entryOf(message as Exchange, this.#whose.getStore()) // the channel carries nothing else
    this.#entries.push(entry)
    if (entry.effect !== 'read' && !isRoutine(entry)) this.#last = performance.now()
  }

  /** Resolves when nobody has written anything for so many milliseconds, but for what is written now and then anyway. */
  async still(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left = this.#last + milliseconds - performance.now()) await sleep(left)
  }

  /** What was asked since the last time, and the stages that took a step. */
  take(): { readonly entries: readonly Entry[]; readonly steps: readonly string[] } {
    const taken = { entries: this.#entries, steps: this.#steps }
    this.#entries = []
    this.#steps = []
    return taken
  }

  close(): void {
    steps.unbindStore(this.#whose)
    steps.unsubscribe(this.#hearStep)
    exchanges.unsubscribe(this.#hearExchange)
  }
}

/** What is written whether anybody does something or not. */
export const isRoutine = ({ what }: Entry): boolean =>
  what === 'clusters/status' || what === 'leases' || what === 'discovery'
