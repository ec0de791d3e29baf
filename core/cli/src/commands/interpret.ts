import { type OperationName, operationNamed, operationNames } from '@flotilla/sdk/cases'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { command, examples, several, wholeNumber } from './options.ts'

/** What a person says to `flotilla interpret`. */
export interface InterpretFlags {
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly plugin?: readonly string[]
  readonly check?: boolean
  readonly edit?: boolean
  readonly showDoc?: boolean
  readonly operation?: string
  readonly desiredFile?: string
  readonly observedFile?: string
  readonly statusFile?: string
  readonly desiredReplica?: number
  readonly output?: 'json' | 'yaml'
}

/** To look at interpreters. */
export type CheckFlags = Pick<InterpretFlags, 'filename' | 'recursive'>

/** To edit one. */
export type EditFlags = Pick<InterpretFlags, 'filename' | 'showDoc'>

/** To ask one thing. */
export type ExecuteFlags = InterpretFlags & { readonly operation: OperationName }

/** What a person says to `flotilla interpret test`. */
export interface TestFlags {
  readonly builtin?: boolean
  readonly customization?: readonly string[]
  readonly module?: readonly string[]
  readonly plugin?: readonly string[]
  readonly cases: readonly string[]
  readonly output?: 'json' | 'yaml'
}

const format = () => new Option('-o, --output <format>', 'how it is printed').choices(['json', 'yaml'])

/** An operation, whatever its capitals. */
function operation(text: string): OperationName {
  const found = operationNamed(text)
  if (!found) throw new InvalidArgumentError(`It is one of ${operationNames.join(', ')}.`)
  return found
}

const testCommand = (version: string): Command =>
  command('test')
    .summary('run cases against interpreters')
    .description(
      'Ask interpreters what cases ask, and compare the answers: those built in, a customization, a module or a plugin. ' +
        'A case is a YAML document with a name, an operation, objects, and the output that has to come; docs/interpreters-testing.md.',
    )
    .option('--builtin', 'those built in answer (the default)')
    .option('--customization <file>', 'ResourceInterpreterCustomizations answer; may be repeated', several)
    .option(
      '--module <file>',
      'a ResourceInterpreterModule answers, or a program: .wasm, .js; may be repeated',
      several,
    )
    .option('--plugin <name>', 'a plugin answers: a package, or a file such as ./mine.js; may be repeated', several)
    .requiredOption('--cases <file...>', 'files, directories, patterns or URLs of cases, - for standard input')
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        ['flotilla interpret test --cases cases/', 'what is built in'],
        ['flotilla interpret test --customization workload.yaml --cases workload-cases.yaml', 'Lua'],
        ["flotilla interpret test --module module.yaml --cases 'cases/**/*.yaml' -o json", 'for scripts'],
      ),
    )
    .action(async (flags: TestFlags, self: Command) => {
      const chosen = [flags.builtin, flags.customization ?? flags.module, flags.plugin].filter(Boolean)
      if (chosen.length > 1)
        self.error('error: choose who answers: --builtin, --customization and --module, or --plugin')
      const { runTest } = await import('../interpret/run.ts') // half a second, which no other command waits for
      await runTest(flags, version)
    })

/** What a person wants, once: to check, to edit, or to ask. */
function checkMode({ check, edit, operation, filename, plugin }: InterpretFlags, self: Command): void {
  const modes = [check, edit, operation].filter(Boolean).length
  if (modes > 1) self.error('error: choose one of --check, --edit and --operation')
  if (modes === 0) self.error(`error: say --check, --edit, or --operation with one of ${operationNames.join(', ')}`)
  if (check && !filename) self.error('error: --check needs -f, the customizations to check')
  if (edit && filename?.length !== 1) self.error('error: --edit needs one file with -f')
  if (filename && plugin) self.error('error: choose who answers: -f or --plugin')
}

export const interpretCommand = (version: string): Command =>
  command('interpret')
    .enablePositionalOptions() // `test` has options of the same names
    .summary('ask, check and test interpreters')
    .description(
      'Ask what an object means: how many replicas it wants, whether it is healthy, what it depends on. A customization or ' +
        'module is tried before it is applied; without one, what is built in answers.',
    )
    .option(
      '-f, --filename <file>',
      'customizations, modules or programs (.wasm, .js): a file, directory or URL, - for standard input; may be repeated',
      several,
    )
    .option('-R, --recursive', 'follow directories down')
    .option('--plugin <name>', 'a plugin answers: a package, or a file such as ./mine.js; may be repeated', several)
    .option('--check', 'say whether they would be accepted, script by script')
    .option('--edit', 'open the scripts of one in an editor, and save what would be accepted')
    .option('--show-doc', 'say in the editor what each script defines')
    .option('--operation <name>', `what is asked: ${operationNames.join(', ')}`, operation)
    .option('--desired-file <file>', 'the template')
    .option('--observed-file <file>', 'what a member holds')
    .option('--status-file <file>', 'what members say, as status items')
    .option('--desired-replica <n>', 'how many replicas it is to have', wholeNumber(0, 2 ** 31 - 1))
    .addOption(format())
    .addCommand(testCommand(version))
    .addHelpText(
      'after',
      examples(
        ['flotilla interpret -f customization.yaml --check', 'would it be accepted?'],
        ['flotilla interpret -f customization.yaml --edit', 'edit its scripts'],
        [
          'flotilla interpret -f customization.yaml --operation interpretHealth --observed-file web.yaml',
          'what does it say?',
        ],
        [
          'flotilla interpret --operation InterpretDependency --desired-file web.yaml',
          'what do the built-in ones say?',
        ],
      ),
    )
    .action(async (flags: InterpretFlags, self: Command) => {
      checkMode(flags, self)
      const { runCheck, runEdit, runExecute } = await import('../interpret/run.ts') // half a second, which no other command waits for
      if (flags.check) await runCheck(flags, version)
      else if (flags.edit) await runEdit(flags, version)
      else await runExecute(flags as ExecuteFlags, version) // it has an operation
    })
