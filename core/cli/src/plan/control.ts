import {
  createClient,
  createDiscovery,
  type Discovery,
  type HttpOptions,
  httpTransport,
  loadContext,
} from '@flotilla/kube'
import type { Client } from '@flotilla/sdk'
import { naming } from '../output/sentence.ts'
import { reading } from './harmless.ts'

/** The control plane as one looks at it: through this client nothing can be written. */
export interface Control {
  readonly client: Client
  readonly discovery: Discovery
  readonly identity: HttpOptions
  /** Meant where an object or a command names none. */
  readonly namespace: string
}

export interface ControlFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
}

/** Reaches the control plane a kubeconfig leads to, until the stack is disposed of. */
export async function reachControl(
  open: AsyncDisposableStack,
  { kubeconfig, context, namespace }: ControlFlags,
  signal: AbortSignal,
): Promise<Control> {
  const known = await naming('the control plane', () => loadContext(kubeconfig, context))
  const transport = open.adopt(httpTransport(known.identity), (transport) => transport.close())
  const client = reading(createClient(transport))
  return {
    client,
    discovery: createDiscovery(client, { signal }),
    identity: known.identity,
    namespace: namespace ?? known.namespace,
  }
}
