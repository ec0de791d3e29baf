import { systemNamespace } from '@flotilla/sdk'
import type { Command } from 'commander'
import { reach } from '../join/ends.ts'
import { createProgress } from '../output/progress.ts'
import { unregister } from '../unregister/unregister.ts'
import { command, context, examples, kubeconfig, removeWorkloads, wait } from './options.ts'

interface UnregisterFlags {
  readonly clusterKubeconfig: string
  readonly clusterContext?: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace: string
  readonly removeWorkloads: boolean
  readonly force: boolean
  readonly wait: number
  readonly dryRun: boolean
}

/** Milliseconds everything may take beside waiting. */
const patience = 60_000

export const unregisterCommand = (): Command =>
  command('unregister')
    .summary('take a cluster in pull mode out again')
    .description(
      'Take a cluster in pull mode out again, and its agent out of it. It keeps what was propagated to it, as its own, unless ' +
        '--remove-workloads says otherwise. It may be repeated when it went half the way.',
    )
    .argument('<name>', 'what the cluster is called')
    .requiredOption('--cluster-kubeconfig <file>', "the cluster's kubeconfig")
    .option('--cluster-context <name>', 'the context in it; by default its current one')
    .option('-n, --namespace <name>', 'where the agent runs in the cluster', systemNamespace)
    .addOption(removeWorkloads())
    .option('--force', 'take it out although its agent does not let go in time: what it has stays', false)
    .addOption(wait())
    .option('--dry-run', 'say what would be done', false)
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla unregister paris --cluster-kubeconfig ~/.kube/paris', 'its workloads go on running in it'],
        ['flotilla unregister paris --cluster-kubeconfig ~/.kube/paris --force', 'its agent does not run any more'],
      ),
    )
    .action(async (name: string, flags: UnregisterFlags) => {
      await using open = new AsyncDisposableStack()
      const { clusterKubeconfig: kubeconfig, clusterContext: context, ...options } = flags
      const member = await reach(open, 'the cluster to unregister', { kubeconfig, context })
      const control = await reach(open, 'the control plane', flags)
      const signal = AbortSignal.timeout(patience + flags.wait)
      await unregister({ control, member }, { ...options, name }, createProgress(), signal)
    })
