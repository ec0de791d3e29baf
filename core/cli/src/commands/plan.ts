import type { Command } from 'commander'
import { type ComparingFlags, comparing } from './looking.ts'
import { command, examples, several } from './options.ts'

export interface PlanFlags extends ComparingFlags {
  readonly filename: readonly string[]
  readonly recursive?: boolean
}

export const planCommand = (version: string): Command =>
  comparing(
    command('plan')
      .summary('show what applying files would do, in every cluster')
      .description(
        'Show what would happen in every cluster if files were applied to the control plane: where each object would ' +
          'run, with how many replicas, under which policy, after which overrides, and what would change there. ' +
          'Nothing is written anywhere.',
      )
      .requiredOption(
        '-f, --filename <file>',
        'a file, directory or URL, - for standard input; may be repeated',
        several,
      )
      .option('-R, --recursive', 'follow directories down')
      .option('-n, --namespace <name>', 'the namespace of objects that name none; by default that of the context'),
  )
    .addHelpText(
      'after',
      examples(
        ['flotilla plan -f app.yaml', 'where it would run, and what would change there'],
        ['flotilla plan -R -f manifests/ -f policy.yaml', 'everything in a directory, and a policy'],
        ['kustomize build . | flotilla plan -f - --no-diff', 'only where, how many and under which policy'],
      ),
    )
    .action(async (flags: PlanFlags) => {
      const { runPlan } = await import('../plan/run.ts') // half a second, which no other command waits for
      await runPlan(flags, version)
    })
