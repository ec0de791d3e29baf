import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ControlFlags, type CreateFlags, createToken, defaultGroups, deleteTokens, listTokens } from '../token/run.ts' // biome-ignore format: a list
import { type Token, tokenOf } from '../token/token.ts'
import { command, context, duration, examples, kubeconfig } from './options.ts'

export function token(text: string): Token {
  const found = tokenOf(text)
  if (!found) throw new InvalidArgumentError('It is six letters or digits, a dot, and sixteen of them.')
  return found
}

const list = (text: string): readonly string[] => text.split(',').filter((each) => each !== '')

const usages: readonly string[] = ['signing', 'authentication']

function usagesOf(text: string): readonly string[] {
  const found = list(text)
  const wrong = found.find((usage) => !usages.includes(usage))
  if (wrong !== undefined) throw new InvalidArgumentError(`They are among ${usages.join(' and ')}.`)
  return found
}

function groupsOf(text: string): readonly string[] {
  const found = list(text)
  if (found.some((group) => !/^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/.test(group)))
    throw new InvalidArgumentError('Each begins with system:bootstrappers: and ends with a letter or digit.')
  return found
}

/** `0` is for ever. */
const ttl = (text: string): number => (text === '0' ? 0 : duration(text))

const ofControl = (made: Command): Command => made.addOption(kubeconfig()).addOption(context())

const createCommand = (): Command =>
  ofControl(command('create'))
    .summary('make a token')
    .description(
      'Make a token with which clusters register. Where the control plane is and who vouches for it is made known in ' +
        'kube-public/cluster-info, unless it is.',
    )
    .argument('[token]', 'the token; by default one is made up', token)
    .addOption(new Option('--ttl <time>', 'how long it holds; 0 for ever').argParser(ttl).default(86_400_000, '24h'))
    .addOption(
      new Option('--usages <usages>', 'what it may be used for').argParser(usagesOf).default(usages, usages.join(',')),
    )
    .addOption(
      new Option('--groups <groups>', 'which groups who shows it is in')
        .argParser(groupsOf)
        .default(defaultGroups, defaultGroups.join(',')),
    )
    .option('--description <text>', 'what it is for, for people')
    .option('--print-register-command', 'print the command that registers a cluster with it', false)
    .addHelpText(
      'after',
      examples(
        ['flotilla token create --print-register-command', 'what to type where the cluster is'],
        ['flotilla token create --ttl 0', 'one that holds until it is deleted'],
      ),
    )
    .action((given: Token | undefined, flags: Omit<CreateFlags, 'token'>) =>
      createToken({ ...flags, ...(given && { token: given }) }),
    )

const listCommand = (): Command =>
  ofControl(command('list'))
    .summary('list tokens')
    .description('List the tokens there are, with how long they hold.')
    .action((flags: ControlFlags) => listTokens(flags))

const deleteCommand = (): Command =>
  ofControl(command('delete'))
    .summary('delete tokens')
    .description('Delete tokens: nobody registers with them any more. Agents that are there go on.')
    .argument('<token...>', 'whole, or the six letters it begins with')
    .action((tokens: readonly string[], flags: ControlFlags) => deleteTokens(tokens, flags))

export const tokenCommand = (): Command =>
  command('token')
    .summary('make, list and delete the tokens with which clusters register')
    .description('Make, list and delete the tokens with which clusters register for pull mode.')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(deleteCommand())
