import { type Command, InvalidArgumentError, Option } from 'commander'
import { runTaint, type TaintFlags } from '../taint/run.ts'
import { wishOf } from '../taint/wish.ts'
import { command, context, examples, kubeconfig } from './options.ts'

/** As in kubectl the kind is said, though there is but one. */
function clusters(text: string): string {
  if (!['cluster', 'clusters'].includes(text)) throw new InvalidArgumentError('Only clusters have taints here.')
  return text
}

function wish(taints: readonly string[], complain: (message: string) => never) {
  try {
    return wishOf(taints)
  } catch (error) {
    return complain(`error: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export const taintCommand = (): Command => {
  const taint = command('taint')
  return taint
    .summary('give a cluster taints, or take them')
    .description(
      'Give a cluster taints, or take them: KEY=VALUE:EFFECT or KEY:EFFECT, and a "-" behind it to take it. NoSchedule keeps away ' +
        'what is new and does not tolerate it; NoExecute also evicts what is there.',
    )
    .argument('<clusters>', 'what is tainted: clusters', clusters)
    .argument('<name>', 'the name of the cluster')
    .argument('<taints...>', 'such as gpu=yes:NoSchedule, gpu:NoSchedule-, gpu-')
    .option('--overwrite', 'give a taint that is there another value', false)
    .option('--dry-run', 'say what would be done', false)
    .addOption(new Option('-o, --output <format>', 'print the cluster').choices(['json', 'yaml', 'name']))
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla taint clusters paris gpu=yes:NoSchedule', 'only what tolerates it comes here'],
        ['flotilla taint clusters paris gpu-', 'whatever its value and effect'],
      ),
    )
    .action(async (_: string, name: string, taints: readonly string[], flags: TaintFlags) => {
      await runTaint(
        name,
        wish(taints, (message) => taint.error(message)),
        flags,
      )
    })
}
