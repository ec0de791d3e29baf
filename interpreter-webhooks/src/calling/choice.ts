import type { Speaker } from '@flotilla/sdk'
import { type Operation, operations } from '../operations.ts'
import type { Hook } from './hook.ts'
import { isAsked, kindsOf, type Typed } from './rules.ts'

/** Who is asked what of a kind. */
type Asked = Readonly<Partial<Record<Operation, Hook>>>

/** More kinds are not remembered: an API server has some hundreds. */
const most = 10_000

const byUid = (a: Hook, b: Hook): number => (a.uid < b.uid ? -1 : 1)

/** Which webhook is asked. */
export class Choice {
  readonly hooks: readonly Hook[]
  /** By kind, then by version. */
  readonly #known = new Map<string, Map<string, Asked>>()
  #count = 0

  constructor(hooks: readonly Hook[]) {
    this.hooks = [...hooks].sort(byUid)
  }

  /** Of all webhooks that are asked this of that kind, the one with the smallest uid. */
  of(operation: Operation, type: Typed): Hook | undefined {
    if (this.hooks.length === 0) return undefined
    const asked = this.#known.get(type.kind)?.get(type.apiVersion) ?? this.#learn(type)
    return asked[operation]
  }

  /** Who has to do with an operation, and with which kinds, in the order of their uids. */
  speakers(operation: Operation): readonly Speaker[] {
    return this.hooks.flatMap(({ uid, words }) => {
      const about = kindsOf(words.webhook, operation)
      return about.length > 0 ? [{ name: uid, about }] : []
    })
  }

  #learn(type: Typed): Asked {
    if (this.#count++ > most) {
      this.#known.clear()
      this.#count = 0
    }
    const versions = this.#known.get(type.kind) ?? new Map<string, Asked>()
    const asked = this.#find(type)
    this.#known.set(type.kind, versions.set(type.apiVersion, asked))
    return asked
  }

  #find(type: Typed): Asked {
    const pairs = operations.flatMap((operation) => {
      const hook = this.hooks.find(({ words }) => isAsked(words.webhook, operation, type))
      return hook ? [[operation, hook] as const] : []
    })
    return Object.fromEntries(pairs)
  }
}
