import 'reflect-metadata'
import type { Host } from '@flotilla/sdk'
import { container, type DependencyContainer, type InjectionToken } from 'tsyringe'

const hostToken: InjectionToken<Host> = Symbol('host')

/** Where a plugin lives: its host, and whatever of it has to end when it is unloaded. */
export interface Scope {
  readonly host: Host
  /** Ends what the plugin started: its signal is aborted, its instances are disposed of. */
  end(): Promise<void>
}

/** Opens scopes, each a child of one container. This is the only file that knows the container. */
export class Scopes {
  readonly #root: DependencyContainer = container.createChildContainer()

  /** `host` builds the plugin's host around the signal that ends with the scope. */
  open(host: (signal: AbortSignal) => Host): Scope {
    const child = this.#root.createChildContainer()
    const life = new AbortController()
    child.register(hostToken, { useValue: host(life.signal) })
    return {
      host: child.resolve(hostToken),
      end: async () => {
        life.abort()
        await child.dispose()
      },
    }
  }
}
