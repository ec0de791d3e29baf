import type { Command } from 'commander'
import { runCordon, type WriteFlags } from '../taint/run.ts'
import { command, examples } from './options.ts'

export const cordonCommand = (): Command =>
  command('cordon')
    .summary('keep what is new away from a cluster')
    .description(
      'Keep what is new away from a cluster, by the taint cluster.karmada.io/unschedulable. What is there stays.',
    )
    .argument('<cluster>', 'its name')
    .option('--dry-run', 'say what would be done', false)
    .option('--kubeconfig <file>', "the control plane's kubeconfig; by default as kubectl finds it")
    .option('--context <name>', 'the context in it; by default its current one')
    .addHelpText('after', examples(['flotilla cordon paris', 'before it is worked on']))
    .action((cluster: string, flags: WriteFlags) => runCordon(cluster, flags))
