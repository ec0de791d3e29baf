import { type Client, type Kind, kindText } from '@flotilla/sdk'
import { type Served, servedBy } from './served.ts'

/** A kind with what may be done to it. */
export interface ServedKind extends Kind {
  readonly verbs: readonly string[]
  /** What people call it: `deploy`. */
  readonly shortNames?: readonly string[]
}

/** What a server serves, remembered for a while. */
export interface Discovery {
  /** Every kind, subresources left out; the preferred version of each group first. */
  kinds(): Promise<readonly ServedKind[]>
  /** The same, and of which group-versions the server could not say what is in them. */
  served(): Promise<Served>
  /** One kind, or undefined. A kind not seen yet is looked up again, at most once in a few seconds. */
  find(apiVersion: string, kind: string): Promise<ServedKind | undefined>
  /** Forgets, so that the next question asks the server. */
  forget(): void
}

export interface DiscoveryOptions {
  /** How long an answer holds; by default 30 s. */
  readonly freshMs?: number
  /** How long an answer holds that lacks the kind asked for; by default 2 s. */
  readonly missMs?: number
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
  /** Ends whatever is being asked. */
  readonly signal?: AbortSignal
}

/** What the server answered, and when it was asked. */
interface Answer extends Served {
  readonly askedAt: number
  readonly byText: ReadonlyMap<string, ServedKind>
}

class CachedDiscovery implements Discovery {
  readonly #client: Client
  readonly #freshMs: number
  readonly #missMs: number
  readonly #now: () => number
  readonly #signal: AbortSignal | undefined
  #answer: Answer | undefined
  #asking: Promise<Answer> | undefined

  constructor(client: Client, options: DiscoveryOptions) {
    const { freshMs = 30_000, missMs = 2_000, now = () => performance.now(), signal } = options
    this.#client = client
    this.#freshMs = freshMs
    this.#missMs = missMs
    this.#now = now
    this.#signal = signal
  }

  async kinds(): Promise<readonly ServedKind[]> {
    return (await this.#newerThan(this.#freshMs)).kinds
  }

  async served(): Promise<Served> {
    return this.#newerThan(this.#freshMs)
  }

  async find(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    const text = kindText({ apiVersion, kind })
    const known = (await this.#newerThan(this.#freshMs)).byText.get(text)
    return known ?? (await this.#newerThan(this.#missMs)).byText.get(text)
  }

  forget(): void {
    this.#answer = undefined
    this.#asking = undefined
  }

  /** What is known, if it is new enough; else what the server says now. Whoever asks meanwhile waits for the same answer. */
  async #newerThan(milliseconds: number): Promise<Answer> {
    if (this.#answer && this.#now() - this.#answer.askedAt < milliseconds) return this.#answer
    this.#asking ??= this.#ask()
    return this.#asking
  }

  #ask(): Promise<Answer> {
    const askedAt = this.#now()
    const asking: Promise<Answer> = servedBy(this.#client, this.#signal)
      .then((served) => ({ ...served, askedAt, byText: firstByText(served.kinds) }))
      .then((answer) => {
        if (this.#asking === asking) this.#answer = answer // else it was told to forget meanwhile
        return answer
      })
      .finally(() => {
        if (this.#asking === asking) this.#asking = undefined
      })
    return asking
  }
}

/** Two resources may have the same kind; the server's first is the one meant. */
function firstByText(kinds: readonly ServedKind[]): ReadonlyMap<string, ServedKind> {
  const byText = new Map<string, ServedKind>()
  for (const kind of kinds) if (!byText.has(kindText(kind))) byText.set(kindText(kind), kind)
  return byText
}

export const createDiscovery = (client: Client, options: DiscoveryOptions = {}): Discovery =>
  new CachedDiscovery(client, options)
