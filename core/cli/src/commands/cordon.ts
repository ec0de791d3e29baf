import type { Command } from 'commander'
import { runCordon, type WriteFlags } from '../taint/run.ts'
import { command, context, examples, kubeconfig } from './options.ts'

export const cordonCommand = (): Command =>
  command('cordon')
    .summary('keep what is new away from a cluster')
    .description(
      'Keep what is new away from a cluster, by the taint cluster.karmada.io/unschedulable. What is there stays.',
    )
    .argument('<cluster>', 'its name')
    .option('--dry-run', 'say what would be done', false)
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText('after', examples(['flotilla cordon paris', 'before it is worked on']))
    .action((cluster: string, flags: WriteFlags) => runCordon(cluster, flags))
