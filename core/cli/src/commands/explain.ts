import { type Command, InvalidArgumentError } from 'commander'
import { type LookingFlags, looking } from './looking.ts'
import { command, examples } from './options.ts'

/** `TYPE/NAME`, or both apart. */
function named(type: string, name: string | undefined): { readonly type: string; readonly name: string } {
  const [first = '', second] = type.split('/')
  const own = name ?? second
  if (!first || !own || (name !== undefined && second !== undefined))
    throw new InvalidArgumentError('name one object: TYPE NAME or TYPE/NAME')
  return { type: first, name: own }
}

export const explainCommand = (version: string): Command =>
  looking(
    command('explain')
      .summary('say why an object is, or is not, in each cluster')
      .description(
        'Say why an object is, or is not, in each cluster: the policy that claims it, how the last decision about it came ' +
          'about (who refused which cluster, scores and estimates by plugin, how replicas were divided), and what came of ' +
          'it; of a Service also what other clusters have of it, and why not all. The control plane is asked what it remembers; what it does not is decided once more, and nothing comes of it.',
      )
      .argument('<type>', 'the type of the object; TYPE/NAME names it, too. Bindings can be named as well')
      .argument('[name]', 'its name')
      .option('-n, --namespace <name>', 'its namespace; by default that of the context'),
  )
    .addHelpText(
      'after',
      examples(
        ['flotilla explain deployment/web', 'where it is and why'],
        ['flotilla explain deployment web -o wide', 'with what every plugin said, and the decisions before'],
        ['flotilla explain service/web -n shop', 'which clusters export and import it, and whose endpoints they have'],
        ['flotilla explain rb web-deployment -o json', 'a binding, for scripts'],
      ),
    )
    .action(async (type: string, name: string | undefined, flags: LookingFlags, self: Command) => {
      const { runExplain } = await import('../explain/run.ts') // half a second, which no other command waits for
      try {
        await runExplain(named(type, name), flags, version)
      } catch (error) {
        if (error instanceof InvalidArgumentError) self.error(`error: ${error.message}`)
        throw error
      }
    })
