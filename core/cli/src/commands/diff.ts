import type { Command } from 'commander'
import { type ComparingFlags, comparing } from './looking.ts'
import { command, examples } from './options.ts'

export interface DiffFlags extends ComparingFlags {
  readonly allNamespaces?: boolean
  readonly cluster?: readonly string[]
}

const list = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').filter((each) => each !== ''),
]

export const diffCommand = (version: string): Command =>
  comparing(
    command('diff')
      .summary('show what clusters hold differently from what they should')
      .description(
        'Show where what clusters hold is not what the control plane wants there: objects that are missing or differ, ' +
          'those of suspended Works, and those that belong to somebody else. Nothing is written anywhere.',
      )
      .argument('[type]', 'only objects of this type; TYPE/NAME is one of them')
      .argument('[name]', 'only the object of this name')
      .option('-n, --namespace <name>', 'the namespace to look at; by default that of the context')
      .option('-A, --all-namespaces', 'all namespaces, and objects without one')
      .option('--cluster <names>', 'only these clusters, separated by commas', list),
  )
    .addHelpText(
      'after',
      examples(
        ['flotilla diff', 'every object of the namespace, in every cluster'],
        ['flotilla diff deployment web', 'one object'],
        ['flotilla diff -A --cluster paris,oslo', 'everything in two clusters'],
      ),
    )
    .action(async (type: string | undefined, name: string | undefined, flags: DiffFlags) => {
      const { runDiff } = await import('../plan/run.ts')
      await runDiff({ type, name }, flags, version)
    })
