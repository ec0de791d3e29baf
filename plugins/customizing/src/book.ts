import {
  type About,
  type Host,
  type ResourceInterpreterCustomization,
  resourceInterpreterCustomizationKind,
  type Speaker,
  type Store,
} from '@flotilla/sdk'
import type { Operation } from './operations.ts'
import { Script, speakerOf } from './script.ts'

type Customization = ResourceInterpreterCustomization

const kindText = ({ apiVersion, kind }: About): string => `${apiVersion} ${kind}`

/** In the order in which they are asked. */
const byName = (a: Customization, b: Customization): number => (a.metadata.name < b.metadata.name ? -1 : 1)

/** The scripts of all customizations for one question, by the kind they are for. Written anew when a customization changes. */
export class Book<Arg, Out> {
  readonly #operation: Operation<Arg, Out>
  readonly #host: Host
  readonly #store: Store<Customization>
  #scripts: ReadonlyMap<string, readonly Script<Arg, Out>[]> = new Map()
  #isSynced = false
  #isCurrent = false

  constructor(operation: Operation<Arg, Out>, host: Host) {
    this.#operation = operation
    this.#host = host
    this.#store = host.store(resourceInterpreterCustomizationKind)
    const stop = this.#store.listen(() => {
      this.#isCurrent = false
    })
    host.signal.addEventListener('abort', stop, { once: true })
  }

  /** Resolves when it is known which customizations there are; undefined from then on. */
  get opening(): Promise<void> | undefined {
    return this.#isSynced ? undefined : this.#open()
  }

  /** The scripts for a kind, in the order of the names of their customizations. */
  of({ apiVersion, kind }: About): readonly Script<Arg, Out>[] {
    if (!this.#isCurrent) this.#write()
    if (this.#scripts.size === 0) return none
    return this.#scripts.get(kindText({ apiVersion, kind })) ?? none
  }

  /** Whose scripts there are, by name. */
  get speakers(): readonly Speaker[] {
    if (!this.#isCurrent) this.#write()
    return [...this.#scripts].flatMap(([kind, scripts]) =>
      scripts.map(({ customization }) => ({ name: speakerOf(customization), about: [kind] })),
    )
  }

  async #open(): Promise<void> {
    await this.#store.synced
    this.#isSynced = true
  }

  /** Scripts that have not changed are kept as they are. */
  #write(): void {
    const before = new Map([...this.#scripts.values()].flat().map((script) => [textOf(script), script]))
    const scripts = new Map<string, Script<Arg, Out>[]>()
    for (const { metadata, spec } of [...this.#store.list()].sort(byName)) {
      const code = spec.customizations[this.#operation.rule]?.luaScript
      if (code === undefined) continue
      const words = { customization: metadata.name, code }
      const script = before.get(textOf(words)) ?? new Script(metadata.name, code, this.#operation, this.#host)
      before.delete(textOf(words))
      const kind = kindText(spec.target)
      scripts.set(kind, [...(scripts.get(kind) ?? []), script])
    }
    for (const gone of before.values()) gone.close()
    this.#scripts = scripts
    this.#isCurrent = true
  }
}

const none: readonly never[] = []

const textOf = ({ customization, code }: { customization: string; code: string }): string => `${customization} ${code}`
