import { type Command, Option } from 'commander'
import { command, context, examples, kubeconfig } from './options.ts'

/** What a person says to `flotilla quota report`. */
export interface ReportFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly allNamespaces?: boolean
  readonly output?: 'wide' | 'json' | 'yaml'
}

const reportCommand = (): Command =>
  command('report')
    .summary('say how much of each quota is used')
    .description(
      'Say how much of each limit of FederatedResourceQuotas is used: over all clusters, and in each; and what namespaces have of the SharedResourceQuotas they share, and of each other.',
    )
    .argument('[name]', 'of one quota; by default all')
    .option('-n, --namespace <name>', 'their namespace; by default that of the context')
    .option('-A, --all-namespaces', 'those of all namespaces')
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['wide', 'json', 'yaml']))
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla quota report', 'of this namespace'],
        ['flotilla quota report -A -o wide', 'of all, with bars and what is wrong'],
        ['flotilla quota report team -o json', 'one quota, for scripts'],
      ),
    )
    .action(async (name: string | undefined, flags: ReportFlags) => {
      const { runReport } = await import('../quota/report.ts')
      await runReport(name, flags)
    })

export const quotaCommand = (): Command =>
  command('quota')
    .summary('look at quotas')
    .description('Looks at FederatedResourceQuotas and SharedResourceQuotas.')
    .addCommand(reportCommand())
