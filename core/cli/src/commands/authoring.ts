import { languageNames, type Target, targetOf } from '@flotilla/create-plugin'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { InitFlags } from '../plugin/init.ts'
import { type Place, placeOf } from '../plugin/registry/place.ts'
import { command, examples, several } from './options.ts'

type Format = 'json' | 'yaml'

/** What a person says to `flotilla plugin test`. */
export interface TestFlags {
  readonly cases?: readonly string[]
  readonly output?: Format
}

/** What a person says to `flotilla plugin bench`. */
export interface BenchFlags extends TestFlags {
  readonly seconds: number
}

/** What a person says to `flotilla plugin inspect`. */
export interface InspectFlags {
  readonly key?: string
  readonly output?: Format
}

/** What a person says to `flotilla plugin sign`. */
export interface SignFlags {
  readonly key: string
  readonly generateKey?: boolean
}

/** What a person says to `flotilla plugin push`. */
export interface PushFlags {
  readonly username?: string
  readonly passwordStdin?: boolean
}

function kind(text: string): Target {
  const target = targetOf(text)
  if (!target) throw new InvalidArgumentError('It is a version and a name, such as apps/v1/Deployment.')
  return target
}

function place(text: string): Place {
  const found = placeOf(text)
  if (!found) throw new InvalidArgumentError('It is a place such as oci://registry.example/team/plugin:v1.')
  return found
}

function seconds(text: string): number {
  const number = Number(text)
  if (!(number > 0 && number <= 3600)) throw new InvalidArgumentError('It is a number of seconds.')
  return number
}

const deployment: Target = { apiVersion: 'apps/v1', kind: 'Deployment' }

const format = () => new Option('-o, --output <format>', 'how it is printed').choices(['json', 'yaml'])

const initCommand = (version: string): Command =>
  command('init')
    .summary('begin a plugin')
    .description('Begin an interpreter in a new folder: a program, cases it is tested with, and the manifest to apply.')
    .argument('<name>', 'the folder, and what the plugin is called')
    .addOption(new Option('--language <language>', 'what it is written in').choices(languageNames).default('ts'))
    .addOption(
      new Option('--kind <kind>', 'what it is about').argParser(kind).default(deployment, 'apps/v1/Deployment'),
    )
    .option(
      '--in-process',
      'an npm package that runs inside the control plane, not in its sandbox; in TypeScript alone',
    )
    .addHelpText(
      'after',
      examples(
        ['flotilla plugin init boats --language go --kind sea.example/v1/Fleet', 'in Go'],
        ['flotilla plugin init boats --language lua', 'as a customization that Karmada runs, too'],
      ),
    )
    .action(async (name: string, flags: InitFlags, self: Command) => {
      if (flags.inProcess && flags.language !== 'ts')
        self.error('error: what runs inside the control plane is written in TypeScript: leave out --language')
      const { runInit } = await import('../plugin/init.ts')
      runInit(name, flags, version)
    })

const bindingsCommand = (): Command =>
  command('bindings')
    .summary('make the bindings of a plugin anew')
    .description(
      'Write the generated files of a plugin anew, as this Flotilla has them: what is asked, and what may be answered.',
    )
    .argument('[folder]', 'of the plugin', '.')
    .action(async (folder: string) => {
      const { runBindings } = await import('../plugin/bindings.ts')
      runBindings(folder)
    })

const buildCommand = (): Command =>
  command('build')
    .summary('compile a plugin')
    .description(
      'Compile the plugin in a folder for the sandbox: dist/ gets the program and the manifest to apply, pinned by its ' +
        'digest. What compiles it is what the folder has: src/plugin.ts or .js (esbuild), assembly/plugin.ts (asc), ' +
        'go.mod, Cargo.toml, or lua/. A package that runs inside the control plane is compiled by tsc.',
    )
    .argument('[folder]', 'of the plugin', '.')
    .addHelpText('after', examples(['flotilla plugin build', 'here'], ['flotilla plugin build boats', 'there']))
    .action(async (folder: string) => {
      const { runBuild } = await import('../plugin/build/run.ts')
      await runBuild(folder)
    })

const testCommand = (version: string): Command =>
  command('test')
    .summary('run the cases of a plugin')
    .description(
      'Run the cases in cases/, and what was asked and answered in exchanges/, against what was built, in the sandbox it ' +
        'will run in. No cluster is needed.',
    )
    .argument('[folder]', 'of the plugin', '.')
    .option('--cases <path>', 'other cases: a file, directory or pattern; may be repeated', several)
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        ['flotilla plugin test', 'here'],
        ['flotilla plugin test boats --cases recorded/ -o json', 'what was recorded elsewhere, for scripts'],
      ),
    )
    .action(async (folder: string, flags: TestFlags) => {
      const { runTest } = await import('../plugin/test.ts') // half a second, which no other command waits for
      await runTest(folder, flags, version)
    })

const benchCommand = (version: string): Command =>
  command('bench')
    .summary('measure a plugin')
    .description('Measure how fast what was built answers, question by question, with the objects of its cases.')
    .argument('[folder]', 'of the plugin', '.')
    .option('--seconds <n>', 'how long each question is asked', seconds, 2)
    .option('--cases <path>', 'other cases: a file, directory or pattern; may be repeated', several)
    .addOption(format())
    .addHelpText('after', examples(['flotilla plugin bench', 'here'], ['flotilla plugin bench --seconds 10', 'longer']))
    .action(async (folder: string, flags: BenchFlags) => {
      const { runBench } = await import('../plugin/bench.ts')
      await runBench(folder, flags, version)
    })

const inspectCommand = (): Command =>
  command('inspect')
    .summary('look at a built program')
    .description('Say what a program is: what runs it, what it answers, what it wants, its digest and its signature.')
    .argument('<file>', 'the program: a .wasm or .js')
    .option('--key <file>', 'whose signature it should be: a public key in PEM')
    .addOption(format())
    .addHelpText(
      'after',
      examples(['flotilla plugin inspect dist/boats.wasm --key boats.key.pub', 'and who signed it']),
    )
    .action(async (file: string, flags: InspectFlags) => {
      const { runInspect } = await import('../plugin/inspect.ts')
      await runInspect(file, flags)
    })

const signCommand = (): Command =>
  command('sign')
    .summary('sign a built program')
    .description('Sign a program with Ed25519: the signature is written beside it, and into its manifest.')
    .argument('[file]', 'the program: a .wasm or .js')
    .requiredOption('--key <file>', 'the private key, in PEM')
    .option('--generate-key', 'make the key, and the public one beside it')
    .addHelpText(
      'after',
      examples(
        ['flotilla plugin sign --generate-key --key boats.key', 'once'],
        ['flotilla plugin sign dist/boats.wasm --key boats.key', 'every time'],
      ),
    )
    .action(async (file: string | undefined, flags: SignFlags, self: Command) => {
      if (file === undefined && !flags.generateKey) self.error('error: name a file to sign, or say --generate-key')
      const { runSign } = await import('../plugin/sign.ts')
      runSign(file, flags)
    })

const pushCommand = (): Command =>
  command('push')
    .summary('put a built program into a registry')
    .description(
      'Put a program into an OCI registry, with the signature beside it. Who may write there is known from docker login, ' +
        'or from --username.',
    )
    .argument('<file>', 'the program: a .wasm or .js')
    .argument('<place>', 'oci://registry/repository:tag', place)
    .option('--username <name>', 'who writes')
    .option('--password-stdin', 'the password comes on standard input')
    .addHelpText(
      'after',
      examples(['flotilla plugin push dist/boats.wasm oci://registry.example/team/boats:v1', 'prints its digest']),
    )
    .action(async (file: string, to: Place, flags: PushFlags) => {
      const { runPush } = await import('../plugin/push.ts')
      await runPush(file, to, flags)
    })

/** What authors of plugins do, from the first line to the registry. */
export const authoringCommands = (version: string): readonly Command[] => [
  initCommand(version),
  bindingsCommand(),
  buildCommand(),
  testCommand(version),
  benchCommand(version),
  inspectCommand(),
  signCommand(),
  pushCommand(),
]
