import { kubeconfigOnward } from '@flotilla/kube'
import { stringify } from 'yaml'
import { reachControl } from '../plan/control.ts'
import { clustersFor, proxyOf } from './clusters.ts'

export interface KubeconfigFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly clusters?: readonly string[]
}

/** Milliseconds everything may take. */
const patience = 60_000

/** Prints a kubeconfig whose contexts lead to members through the control plane. */
export async function runKubeconfig(flags: KubeconfigFlags): Promise<void> {
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const control = await reachControl(open, flags, signal)
  const names = await clustersFor(control, flags.clusters ?? [], signal)
  if (names.length === 0) throw new Error('no cluster is ready; kubectl get clusters shows them')
  const ways = names.map((name) => ({ name, path: proxyOf(name) }))
  console.log(stringify(JSON.parse(await kubeconfigOnward(ways, flags.kubeconfig, flags.context))).trimEnd())
}
