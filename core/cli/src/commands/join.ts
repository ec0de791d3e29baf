import { createClient, httpTransport, loadKubeconfig } from '@flotilla/kube'
import type { Client } from '@flotilla/sdk'
import type { Command } from 'commander'
import { type Candidate, join } from '../join/join.ts'
import { command } from './options.ts'

interface JoinFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly clusterKubeconfig: string
  readonly clusterContext?: string
  readonly clusterProvider?: string
  readonly clusterRegion?: string
  readonly clusterZones?: readonly string[]
}

const patience = 60_000

const list = (text: string): readonly string[] => text.split(',').filter((each) => each !== '')

async function reach(
  file: string | undefined,
  context: string | undefined,
): Promise<Candidate & { close(): Promise<void> }> {
  const identity = await loadKubeconfig(file, context)
  const transport = httpTransport(identity)
  return { client: createClient(transport), identity, close: () => transport.close() }
}

/** Runs a step with both ends, and lets go of them. */
async function withBoth<T>(flags: JoinFlags, step: (control: Client, member: Candidate) => Promise<T>): Promise<T> {
  const control = await reach(flags.kubeconfig, flags.context)
  const member = await reach(flags.clusterKubeconfig, flags.clusterContext)
  try {
    return await step(control.client, member)
  } finally {
    await Promise.all([control.close(), member.close()])
  }
}

export const joinCommand = (): Command =>
  command('join')
    .description('register a cluster, which the control plane reaches itself (push mode)')
    .argument('<name>', 'what the cluster is called from now on')
    .requiredOption('--cluster-kubeconfig <file>', "the cluster's kubeconfig")
    .option('--cluster-context <name>', 'the context in it; by default its current one')
    .option('--cluster-provider <name>', 'where the cluster runs: placement may ask for it')
    .option('--cluster-region <name>', 'its region')
    .option('--cluster-zones <names>', 'its zones, separated by commas', list)
    .option('--kubeconfig <file>', "the control plane's kubeconfig; by default as kubectl finds it")
    .option('--context <name>', 'the context in it; by default its current one')
    .action(async (name: string, flags: JoinFlags) => {
      const { clusterProvider: provider, clusterRegion: region, clusterZones: zones } = flags
      const options = { name, ...(provider && { provider }), ...(region && { region }), ...(zones && { zones }) }
      const { issued } = await withBoth(flags, (control, member) =>
        join(control, member, options, AbortSignal.timeout(patience)),
      )
      if (!issued) {
        console.error(`the cluster issues no tokens: ${name} is reached with the identity in its kubeconfig`)
      }
      console.log(`cluster ${name} joined`)
    })
