import { createClient, type HttpOptions, httpTransport, loadKubeconfig } from '@flotilla/kube'
import { type Client, FlotillaError } from '@flotilla/sdk'
import { naming, sentence } from '../output/sentence.ts'

/** One end: an API server, and how its kubeconfig reaches it. */
export interface End {
  readonly client: Client
  readonly identity: HttpOptions
}

/** Which context of which kubeconfig leads to an end. */
export interface Way {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

/** The end a kubeconfig leads to, until the stack is disposed of. `what` is what it is called when that goes wrong. */
export function reach(open: AsyncDisposableStack, what: string, { kubeconfig, context }: Way): Promise<End> {
  return naming(what, async () => {
    const identity = await loadKubeconfig(kubeconfig, context)
    const transport = open.adopt(httpTransport(identity), (transport) => transport.close())
    return { client: createClient(transport), identity }
  })
}

/** Says at which end a call failed. Errors of our own do by themselves. */
export const at =
  (place: string) =>
  async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step()
    } catch (error) {
      if (error instanceof FlotillaError) throw error
      throw new Error(`${place}: ${sentence(error)}`, { cause: error })
    }
  }
