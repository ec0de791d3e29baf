import { createLog } from '@flotilla/core'
import { createClient, httpTransport } from '@flotilla/kube'
import { createMachines } from '@flotilla/simulator'
import type { RealCluster } from './cluster.ts'

/** Gives a cluster machines, in this process: nodes that say they are there, a scheduler, and kubelets whose pods run at once. */
export function startMachines({ name, identity }: RealCluster, nodes = 3): AsyncDisposable {
  const transport = httpTransport(identity)
  const client = createClient(transport, { fieldManager: 'kubelet' })
  const end = new AbortController()
  const machines = createMachines({ name, client, nodes, log: createLog({ level: 'silent' }) })
  const running = machines.run(end.signal)
  return {
    async [Symbol.asyncDispose]() {
      end.abort()
      await running
      await transport.close()
    },
  }
}
