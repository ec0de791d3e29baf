import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Meant } from '../logs/pods.ts'
import { type LogsFlags, runLogs } from '../logs/run.ts'
import { clusters, command, context, duration, examples, kubeconfig, wholeNumber } from './options.ts'

/** `POD`, `TYPE/NAME`, or nothing beside `--selector`. */
function meant(what: string | undefined, { selector }: LogsFlags): Meant {
  if (what === undefined && selector !== undefined) return { labelSelector: selector }
  if (what === undefined || selector !== undefined)
    throw new InvalidArgumentError('name a pod, TYPE/NAME, or pods by --selector')
  const [first = '', second] = what.split('/')
  if (first === '' || second === '') throw new InvalidArgumentError('name a pod, or TYPE/NAME')
  return second === undefined ? { type: 'pods', name: first } : { type: first, name: second }
}

export const logsCommand = (): Command =>
  command('logs')
    .summary('print what containers in the member clusters wrote')
    .description(
      'Print what containers in the member clusters wrote: those of a pod, of all pods of a workload or Service, or of pods with labels, in every cluster that ' +
        'has them. The clusters are reached through the control plane, with the rights you have in them.',
    )
    .argument('[pod]', 'the pod, or TYPE/NAME for all pods of it')
    .addOption(clusters())
    .option('-n, --namespace <name>', 'its namespace; by default that of the context')
    .option('-l, --selector <selector>', 'the pods with these labels: app=web')
    .option('-c, --container <name>', 'the container; by default the one its pod names, or the first')
    .option('--all-containers', 'all containers of each pod', false)
    .option('-f, --follow', 'go on until it is interrupted: what the pods that are there now write', false)
    .option('-p, --previous', 'of the container that ran before it', false)
    .option('--timestamps', 'with the time of each line', false)
    .option('--tail <n>', 'only so many last lines of each', wholeNumber(0))
    .addOption(new Option('--since <time>', 'only what is younger: 5m').argParser(duration))
    .option('--prefix', 'say before each line whose it is, also when there is one log alone', false)
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla logs deployment/web', 'of all its pods, in all clusters'],
        ['flotilla logs -l app=web -C member1,member2 -f', 'as it comes, of two clusters'],
        ['flotilla logs web-7d4b9 -c proxy --since 5m', 'of one container'],
      ),
    )
    .action(async (what: string | undefined, flags: LogsFlags, self: Command) => {
      try {
        await runLogs(meant(what, flags), flags)
      } catch (error) {
        if (error instanceof InvalidArgumentError) self.error(`error: ${error.message}`)
        throw error
      }
    })
