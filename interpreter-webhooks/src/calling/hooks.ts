import {
  deepEqual,
  type Host,
  keyOf,
  keyText,
  type ResourceInterpreterWebhookConfiguration,
  resourceInterpreterWebhookConfigurationKind,
  type Service,
  type Store,
  serviceKind,
} from '@flotilla/sdk'
import { Choice } from './choice.ts'
import { Hook, type HookWords, uidOf } from './hook.ts'
import { placeOf } from './place.ts'

/** The webhooks of all configurations, as they are now. */
export class Hooks {
  readonly #host: Host
  readonly #configurations: Store<ResourceInterpreterWebhookConfiguration>
  #isSynced = false
  /** Undefined as long as no webhook stands behind a Service. */
  #services: Store<Service> | undefined
  #hooks = new Map<string, Hook>()
  /** Undefined when something changed: who asks next reads it anew. */
  #choice: Choice | undefined
  #loading: Promise<Choice> | undefined

  constructor(host: Host) {
    this.#host = host
    this.#configurations = host.store(resourceInterpreterWebhookConfigurationKind)
    this.#hear(this.#configurations, () => true)
    this.#loading = this.#read()
  }

  /** Who is asked what: at once, but before the configurations have been read. */
  get choice(): Choice | Promise<Choice> {
    if (this.#choice) return this.#choice
    if (this.#loading) return this.#loading
    if (!this.#isSynced || this.#lacksServices()) {
      this.#loading = this.#read()
      return this.#loading
    }
    this.#choice = this.#choose()
    return this.#choice
  }

  async #read(): Promise<Choice> {
    try {
      await this.#configurations.synced
      this.#isSynced = true
      if (this.#lacksServices()) await this.#beginServices()
    } finally {
      this.#loading = undefined
    }
    return this.choice
  }

  #lacksServices(): boolean {
    return this.#services === undefined && this.#behind().size > 0
  }

  /** The Services that webhooks stand behind. */
  #behind(): ReadonlySet<string> {
    const webhooks = this.#configurations.list().flatMap(({ webhooks }) => webhooks)
    return new Set(webhooks.flatMap(({ clientConfig: { service } }) => (service ? [keyText(service)] : [])))
  }

  /** Services come, go, and move. */
  async #beginServices(): Promise<void> {
    const services = this.#host.store(serviceKind)
    await services.synced
    this.#hear(services, (service) => this.#behind().has(keyText(keyOf(service))))
    this.#services = services
  }

  #hear<T>(store: Store<T>, matters: (object: T) => boolean): void {
    const stop = store.listen(({ before, after = before }) => {
      if (after !== undefined && matters(after)) this.#choice = undefined
    })
    this.#host.signal.addEventListener('abort', stop, { once: true })
  }

  #words(): readonly HookWords[] {
    return this.#configurations.list().flatMap(({ metadata, webhooks }) =>
      webhooks.map((webhook) => ({
        configuration: metadata.name,
        webhook,
        place: placeOf(webhook, this.#services),
      })),
    )
  }

  /** Whoever has not changed goes on, with its open connections. */
  #choose(): Choice {
    const before = this.#hooks
    const hookOf = (words: HookWords): Hook => {
      const known = before.get(uidOf(words))
      return known && deepEqual(known.words, words) ? known : new Hook(words, this.#host)
    }
    this.#hooks = new Map(this.#words().map((words) => [uidOf(words), hookOf(words)]))
    for (const [uid, hook] of before) if (this.#hooks.get(uid) !== hook) hook.close()
    return new Choice([...this.#hooks.values()])
  }
}
