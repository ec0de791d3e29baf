import { clusterNamespace } from '@flotilla/sdk'
import type { Command } from 'commander'
import { reach } from '../join/ends.ts'
import { createProgress } from '../output/progress.ts'
import { unjoin } from '../unjoin/unjoin.ts'
import { command, context, examples, kubeconfig, removeWorkloads, wait } from './options.ts'

interface UnjoinFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly clusterKubeconfig?: string
  readonly clusterContext?: string
  readonly clusterNamespace: string
  readonly removeWorkloads: boolean
  readonly force: boolean
  readonly wait: number
  readonly dryRun: boolean
}

/** Milliseconds everything may take beside waiting. */
const patience = 60_000

export const unjoinCommand = (): Command =>
  command('unjoin')
    .summary('take a cluster in push mode out again')
    .description(
      'Take a cluster in push mode out again. It keeps what was propagated to it, as its own, unless --remove-workloads says ' +
        'otherwise; other clusters take over what the policies allow. With its kubeconfig, the service account that was made ' +
        'in it goes, too. It may be repeated when it went half the way.',
    )
    .argument('<name>', 'what the cluster is called')
    .option('--cluster-kubeconfig <file>', "the cluster's kubeconfig: the control plane's account in it goes, too")
    .option('--cluster-context <name>', 'the context in it; by default its current one')
    .option('--cluster-namespace <name>', "where the control plane's account is in it", clusterNamespace)
    .addOption(removeWorkloads())
    .option('--force', 'take it out although it cannot be reached, or does not go in time: what it has stays', false)
    .addOption(wait())
    .option('--dry-run', 'say what would be done', false)
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla unjoin paris --cluster-kubeconfig ~/.kube/paris', 'its workloads go on running in it'],
        ['flotilla unjoin paris --remove-workloads', 'they are removed'],
        ['flotilla unjoin paris --force', 'nobody reaches it any more'],
      ),
    )
    .action(async (name: string, flags: UnjoinFlags) => {
      await using open = new AsyncDisposableStack()
      const { clusterKubeconfig, clusterContext, clusterNamespace: namespace, ...options } = flags
      const way = { kubeconfig: clusterKubeconfig, context: clusterContext }
      const member = clusterKubeconfig === undefined ? {} : { member: await reach(open, 'the cluster to unjoin', way) }
      const control = await reach(open, 'the control plane', flags)
      const signal = AbortSignal.timeout(patience + flags.wait)
      await unjoin({ control, ...member }, { ...options, name, namespace }, createProgress(), signal)
      if (!clusterKubeconfig && !flags.dryRun)
        console.log(`the account that join made in ${name} is still there: --cluster-kubeconfig removes it`)
    })
