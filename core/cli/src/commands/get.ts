import { type Command, InvalidArgumentError, Option } from 'commander'
import { type GetFlags, runGet } from '../get/run.ts'
import { clusters, command, context, examples, kubeconfig } from './options.ts'

/** `TYPE`, `TYPE NAME...` or `TYPE/NAME...`. */
function meant(type: string, names: readonly string[]): { readonly type: string; readonly names: readonly string[] } {
  if (!type.includes('/')) return { type, names }
  const all = [type, ...names].map((each) => each.split('/'))
  const types = new Set(all.map(([first]) => first))
  if (types.size > 1 || all.some((parts) => parts.length !== 2 || parts.includes('')))
    throw new InvalidArgumentError('name objects of one type: TYPE NAME... or TYPE/NAME...')
  return { type: all[0]?.[0] ?? '', names: all.map(([, name = '']) => name) }
}

export const getCommand = (): Command =>
  command('get')
    .summary('show objects of the member clusters in one table')
    .description(
      'Show objects of the member clusters in one table, as their API servers show them, with the cluster each is in and whether the control plane brought it ' +
        'there (ADOPTION). The clusters are reached through the control plane, with the rights you have in them. What the control plane itself has, kubectl get shows.',
    )
    .argument('<type>', 'the type of the objects; TYPE/NAME names one')
    .argument('[names...]', 'their names; by default all')
    .addOption(clusters())
    .option('-n, --namespace <name>', 'their namespace; by default that of the context')
    .option('-A, --all-namespaces', 'of all namespaces', false)
    .option('-l, --selector <selector>', 'only those with these labels: app=web,tier in (a,b)')
    .option('--field-selector <selector>', 'only those with these fields: status.phase=Running')
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['wide', 'json', 'yaml']))
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla get pods -A', 'every pod of every cluster'],
        ['flotilla get deployment web', 'one Deployment in each cluster'],
        ['flotilla get nodes -C member1,member2 -o wide', 'of some clusters, with more columns'],
        ['flotilla get pods -l app=web -o json', 'for scripts: an annotation says which cluster each is in'],
      ),
    )
    .action(async (type: string, names: readonly string[], flags: GetFlags, self: Command) => {
      try {
        const wanted = meant(type, names)
        await runGet(wanted.type, wanted.names, flags)
      } catch (error) {
        if (error instanceof InvalidArgumentError) self.error(`error: ${error.message}`)
        throw error
      }
    })
