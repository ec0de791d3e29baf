import { type Command, Option } from 'commander'
import { registerWebhookCommand } from '../plugin/register-webhook.ts'
import { authoringCommands } from './authoring.ts'
import { command, context, examples, kubeconfig } from './options.ts'

/** What a person says to `flotilla plugin list`. */
export interface ListFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly url?: string
  readonly point?: string
  readonly output?: 'wide' | 'json' | 'yaml'
}

const listCommand = (): Command =>
  command('list')
    .summary('say who answers what')
    .description(
      'Say who answers which extension point of a running control plane, in the order they are asked: plugins, and the ' +
        'customizations, modules and webhooks they speak for; with how often they were asked and how long they took.',
    )
    .option('--point <point>', 'of one point, or of a family such as interpret')
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['wide', 'json', 'yaml']))
    .addOption(kubeconfig())
    .addOption(context())
    .option('--url <url>', 'where its metrics are, when it runs over another API server: http://127.0.0.1:8080')
    .addHelpText(
      'after',
      examples(
        ['flotilla plugin list', 'everyone'],
        ['flotilla plugin list --point interpret.health', 'who says what is healthy'],
        ['flotilla plugin list --point schedule -o wide', 'everyone the scheduler asks'],
      ),
    )
    .action(async (flags: ListFlags) => {
      const { runList } = await import('../plugin/list.ts')
      await runList(flags)
    })

export function pluginCommand(version: string): Command {
  const plugin = command('plugin')
    .summary('look after plugins')
    .description('Looks after plugins: those of a control plane, and your own.')
    .addCommand(listCommand())
    .addCommand(registerWebhookCommand())
  for (const each of authoringCommands(version)) plugin.addCommand(each)
  return plugin
}
