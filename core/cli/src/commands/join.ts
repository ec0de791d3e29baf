import type { Command } from 'commander'
import { reach } from '../join/ends.ts'
import { type Ends, join } from '../join/join.ts'
import { createProgress } from '../output/progress.ts'
import { command, context, examples, kubeconfig, list } from './options.ts'

interface JoinFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly clusterKubeconfig: string
  readonly clusterContext?: string
  readonly clusterProvider?: string
  readonly clusterRegion?: string
  readonly clusterZones?: readonly string[]
  readonly dryRun: boolean
}

/** Milliseconds everything may take. */
const patience = 60_000

async function withEnds(flags: JoinFlags, step: (ends: Ends) => Promise<void>): Promise<void> {
  await using open = new AsyncDisposableStack()
  const { clusterKubeconfig, clusterContext } = flags
  const member = await reach(open, 'the cluster to join', { kubeconfig: clusterKubeconfig, context: clusterContext })
  const control = await reach(open, 'the control plane', flags)
  await step({ control, member })
}

export const joinCommand = (): Command =>
  command('join')
    .summary('register a cluster, which the control plane reaches itself (push mode)')
    .description(
      'Register a cluster, which the control plane reaches itself (push mode). A service account is made in it, whose ' +
        'token the control plane keeps. It may be repeated: a cluster that has joined gets fresh credentials.',
    )
    .argument('<name>', 'what the cluster is called from now on')
    .requiredOption('--cluster-kubeconfig <file>', "the cluster's kubeconfig")
    .option('--cluster-context <name>', 'the context in it; by default its current one')
    .option('--cluster-provider <name>', 'who runs the cluster: placement may ask for it')
    .option('--cluster-region <name>', 'its region')
    .option('--cluster-zones <names>', 'its zones, separated by commas', list)
    .option('--dry-run', 'look whether it would be let in, and write nothing', false)
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla join paris --cluster-kubeconfig ~/.kube/paris', "into kubectl's current control plane"],
        ['kubectl get cluster paris', 'shows when it is ready'],
        ['flotilla unjoin paris', 'takes it out again'],
      ),
    )
    .action(async (name: string, flags: JoinFlags) => {
      const { clusterProvider: provider, clusterRegion: region, clusterZones: zones } = flags
      const { dryRun } = flags
      const options = {
        name,
        dryRun,
        ...(provider && { provider }),
        ...(region && { region }),
        ...(zones && { zones }),
      }
      await withEnds(flags, (ends) => join(ends, options, createProgress(), AbortSignal.timeout(patience)))
      if (!dryRun) console.log(`kubectl get cluster ${name} shows when it is ready`)
    })
