import { type Command, Option } from 'commander'
import { context, kubeconfig } from './options.ts'

/** What commands have in common that look at a control plane and its members. */
export interface LookingFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly config?: string
  readonly output?: 'wide' | 'json' | 'yaml'
}

/** Those that also show what differs. */
export interface ComparingFlags extends LookingFlags {
  readonly diff: boolean
}

export const looking = (command: Command): Command =>
  command
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['wide', 'json', 'yaml']))
    .option('--config <file>', 'the config file of the control plane (docs/config.md), for its plugins')
    .addOption(kubeconfig())
    .addOption(context())

export const comparing = (command: Command): Command =>
  looking(command.option('--no-diff', 'leave out what differs in each cluster'))
