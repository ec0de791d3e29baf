import type { Command } from 'commander'
import { runUncordon, type WriteFlags } from '../taint/run.ts'
import { command, context, examples, kubeconfig } from './options.ts'

export const uncordonCommand = (): Command =>
  command('uncordon')
    .summary('let what is new into a cluster again')
    .description('Let what is new into a cluster again that was cordoned.')
    .argument('<cluster>', 'its name')
    .option('--dry-run', 'say what would be done', false)
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText('after', examples(['flotilla uncordon paris', 'when it has been worked on']))
    .action((cluster: string, flags: WriteFlags) => runUncordon(cluster, flags))
