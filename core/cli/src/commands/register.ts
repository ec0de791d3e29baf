import { writeFile } from 'node:fs/promises'
import { systemNamespace } from '@flotilla/sdk'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { reach } from '../join/ends.ts'
import { createProgress } from '../output/progress.ts'
import { register } from '../register/register.ts'
import type { Token } from '../token/token.ts'
import { command, duration, examples, wholeNumber } from './options.ts'
import { token } from './token.ts'

interface RegisterFlags {
  readonly clusterName: string
  readonly token: Token
  readonly discoveryTokenCaCertHash?: readonly string[]
  readonly discoveryTokenUnsafeSkipCaVerification: boolean
  readonly discoveryTimeout: number
  readonly clusterProvider?: string
  readonly clusterRegion?: string
  readonly clusterZones?: readonly string[]
  readonly certExpirationSeconds: number
  readonly agentImage: string
  readonly agentReplicas: number
  readonly agentKubeconfig?: string
  readonly namespace: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly wait: number
  readonly dryRun: boolean
}

const list = (text: string): readonly string[] => text.split(',').filter((each) => each !== '')

function pin(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^sha256:[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('It is sha256: and 64 hexadecimal digits.')
  return [...before, text.toLowerCase()]
}

/** `0` is not at all. */
const time = (text: string): number => (text === '0' ? 0 : duration(text))

function pinsOf(flags: RegisterFlags): readonly string[] | undefined {
  if (flags.discoveryTokenUnsafeSkipCaVerification) return undefined
  if (flags.discoveryTokenCaCertHash) return flags.discoveryTokenCaCertHash
  throw new Error('who may vouch for the control plane? say --discovery-token-ca-cert-hash, or --discovery-token-unsafe-skip-ca-verification') // biome-ignore format: one line
}

export const registerCommand = (version: string): Command =>
  command('register')
    .summary('register a cluster, whose agent reaches the control plane (pull mode)')
    .description(
      'Register a cluster whose agent reaches the control plane, which need not reach the cluster (pull mode). It is run where ' +
        'the cluster can be reached, with a token of `flotilla token create`. The agent runs in the cluster, unless its ' +
        'kubeconfig is asked for. It may be repeated until the agent is heard of.',
    )
    .argument('<endpoint>', 'the control plane: HOST:PORT, or a URL')
    .requiredOption('--cluster-name <name>', 'what the cluster is called from now on')
    .addOption(
      new Option('--token <token>', 'what `flotilla token create` has printed').argParser(token).makeOptionMandatory(),
    )
    .option(
      '--discovery-token-ca-cert-hash <hash>',
      "the key of the control plane's authority: sha256:HEX; may be given more than once",
      pin,
    )
    .option('--discovery-token-unsafe-skip-ca-verification', 'believe whom the token has signed', false)
    .addOption(
      new Option('--discovery-timeout <time>', 'how long to wait for the control plane to answer and let the agent in')
        .argParser(duration)
        .default(300_000, '5m'),
    )
    .option('--cluster-provider <name>', 'who runs the cluster: placement may ask for it')
    .option('--cluster-region <name>', 'its region')
    .option('--cluster-zones <names>', 'its zones, separated by commas', list)
    .option(
      '--cert-expiration-seconds <number>',
      "how long the agent's certificate holds; it renews it itself",
      wholeNumber(600),
      31_536_000,
    )
    .option('--agent-image <image>', 'the image of the agent', `flotilla:${version}`)
    .option('--agent-replicas <number>', 'how many of it: 0 to begin with none', wholeNumber(0, 1), 1)
    .option('--agent-kubeconfig <file>', "write the agent's kubeconfig there, and run it yourself")
    .option('-n, --namespace <name>', 'where the agent runs in the cluster', systemNamespace)
    .addOption(
      new Option('--wait <time>', 'how long the agent has to be heard of; 0 for not at all')
        .argParser(time)
        .default(120_000, '2m'),
    )
    .option('--dry-run', 'look whether both ends can be reached, and write nothing', false)
    .option('--kubeconfig <file>', "the cluster's kubeconfig; by default as kubectl finds it")
    .option('--context <name>', 'the context in it; by default its current one')
    .addHelpText(
      'after',
      examples(
        ['flotilla token create --print-register-command', 'at the control plane: prints the whole command'],
        [
          'flotilla register 10.0.0.1:6443 --token abcdef.0123456789abcdef \\\n    --discovery-token-ca-cert-hash sha256:... --cluster-name paris',
          'at the cluster',
        ],
        ['flotilla unregister paris --cluster-kubeconfig ~/.kube/paris', 'takes it out again'],
      ),
    )
    .action(async (endpoint: string, flags: RegisterFlags) => {
      await using open = new AsyncDisposableStack()
      const pins = pinsOf(flags)
      const member = await reach(open, 'the cluster to register', flags)
      const { clusterName: name, clusterProvider: provider, clusterRegion: region, clusterZones: zones } = flags
      const { agentKubeconfig: file, agentImage: image, agentReplicas: replicas, namespace, ...rest } = flags
      const options = {
        name,
        discovery: { endpoint, token: flags.token, pins },
        certExpiration: rest.certExpirationSeconds,
        agent: { image, replicas, namespace },
        discoveryTimeout: rest.discoveryTimeout,
        wait: replicas === 0 ? 0 : rest.wait,
        dryRun: rest.dryRun,
        ...(file && { keep: (kubeconfig: string) => writeFile(file, kubeconfig, { mode: 0o600 }) }),
        ...(provider && { provider }),
        ...(region && { region }),
        ...(zones && { zones }),
      }
      await register(member, options, createProgress())
      if (rest.dryRun) return
      if (file) console.log(`flotilla agent --cluster-name ${name} --kubeconfig ${file} runs its agent`)
    })
