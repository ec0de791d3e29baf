import type { Command } from 'commander'
import { type LookingFlags, looking } from './looking.ts'
import { command, examples } from './options.ts'

export interface SimulateFlags extends LookingFlags {
  readonly drain?: readonly string[]
  readonly cordon?: readonly string[]
  readonly removeCluster?: readonly string[]
  readonly addCluster?: readonly string[]
  readonly policy?: readonly string[]
  readonly rebalance?: boolean
}

const names = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').filter((each) => each !== ''),
]

const files = (file: string, before: readonly string[] = []): readonly string[] => [...before, file]

const changes = ['drain', 'cordon', 'removeCluster', 'addCluster', 'policy', 'rebalance'] as const

export const simulateCommand = (version: string): Command =>
  looking(
    command('simulate')
      .summary('show what the scheduler would do if clusters or policies were otherwise')
      .description(
        'Show what the scheduler would do if clusters or policies were otherwise: what would move from where to where and ' +
          'why, what would have nowhere to go, and what each cluster would hold. It is the scheduler itself, run in memory ' +
          'on what the control plane holds. Nothing is written anywhere. Changes may be combined and repeated.',
      )
      .option('--drain <clusters>', 'everything leaves these clusters that does not tolerate it', names)
      .option('--cordon <clusters>', 'nothing goes to these clusters any more', names)
      .option('--remove-cluster <clusters>', 'these clusters are taken out', names)
      .option('--add-cluster <file>', 'the Clusters in a file join, with the status that is in it', files)
      .option('--policy <file>', 'the policies, or other objects, in a file are applied', files)
      .option('--rebalance', 'everything is scheduled afresh, as by a WorkloadRebalancer')
      .option(
        '-n, --namespace <name>',
        'the namespace of objects in files that name none; by default that of the context',
      ),
  )
    .addHelpText(
      'after',
      examples(
        ['flotilla simulate --drain paris', 'what would go where if paris had to be emptied'],
        ['flotilla simulate --drain paris --cordon oslo -o json', 'and nothing could go to oslo, for scripts'],
        ['kubectl get cluster oslo -o yaml | sed s/oslo/rome/ > rome.yaml', 'a cluster like another one,'],
        ['flotilla simulate --add-cluster rome.yaml --rebalance', 'and what it would take over'],
      ),
    )
    .action(async (flags: SimulateFlags, self: Command) => {
      if (!changes.some((name) => flags[name] !== undefined))
        self.error('error: say what would be otherwise, for example with --drain CLUSTER')
      const { runSimulate } = await import('../simulate/run.ts') // half a second, which no other command waits for
      await runSimulate(flags, version)
    })
