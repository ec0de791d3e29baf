import type { Command } from 'commander'
import { runUncordon, type WriteFlags } from '../taint/run.ts'
import { command, examples } from './options.ts'

export const uncordonCommand = (): Command =>
  command('uncordon')
    .summary('let what is new into a cluster again')
    .description('Let what is new into a cluster again that was cordoned.')
    .argument('<cluster>', 'its name')
    .option('--dry-run', 'say what would be done', false)
    .option('--kubeconfig <file>', "the control plane's kubeconfig; by default as kubectl finds it")
    .option('--context <name>', 'the context in it; by default its current one')
    .addHelpText('after', examples(['flotilla uncordon paris', 'when it has been worked on']))
    .action((cluster: string, flags: WriteFlags) => runUncordon(cluster, flags))
