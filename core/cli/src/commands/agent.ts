import { type Key, systemNamespace } from '@flotilla/sdk'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { AgentFlags } from '../agent/run.ts'
import { address, command, duration, examples } from './options.ts'

/** `karmada-system/karmada-kubeconfig`. */
export function namespaced(text: string): Key {
  const [, namespace, name] = /^([^/]+)\/([^/]+)$/.exec(text) ?? []
  if (!namespace || !name) throw new InvalidArgumentError('It is NAMESPACE/NAME.')
  return { namespace, name }
}

function part(text: string): number {
  const number = Number(text)
  if (!(number >= 0 && number <= 1)) throw new InvalidArgumentError('It is a number from 0 to 1.')
  return number
}

/** Where `flotilla register` keeps the agent's kubeconfig in the cluster, as in Karmada. */
export const agentSecret: Key = { namespace: systemNamespace, name: 'karmada-kubeconfig' }

const secret = () =>
  new Option(
    '--kubeconfig-secret <secret>',
    "NAMESPACE/NAME of the secret in the cluster that holds the control plane's kubeconfig",
  )
    .argParser(namespaced)
    .default(agentSecret, `${agentSecret.namespace}/${agentSecret.name}`)

export const agentCommand = (version: string): Command =>
  command('agent')
    .summary('run the agent of a cluster in pull mode')
    .description(
      'Run the agent of a cluster in pull mode, until Ctrl-C: it fetches what the control plane has for the cluster, and tells ' +
        'what became of it, so that the control plane need not reach the cluster. `flotilla register` lets it in and, unless ' +
        'told otherwise, runs it in the cluster.',
    )
    .requiredOption('--cluster-name <name>', 'what the cluster is called in the control plane')
    .option('--kubeconfig <file>', "the control plane's kubeconfig; by default it is in a secret of the cluster")
    .addOption(secret())
    .option(
      '--cluster-kubeconfig <file>',
      "the cluster's kubeconfig; by default as kubectl finds it, or the pod's own account",
    )
    .option('--cluster-context <name>', 'the context in it; by default its current one')
    .option('--config <file>', 'the config file (docs/config.md)')
    .addOption(
      new Option('--cluster-lease-duration <time>', 'how long a sign of life holds; four are given in that time')
        .argParser(duration)
        .default(40_000, '40s'),
    )
    .addOption(
      new Option('--cert-rotation-checking-interval <time>', 'how often its certificate is looked at')
        .argParser(duration)
        .default(300_000, '5m'),
    )
    .option(
      '--cert-rotation-remaining-time-threshold <part>',
      "the part of its certificate's life that is left when it is renewed",
      part,
      0.2,
    )
    .option(
      '--health-probe-bind-address <address>',
      'where /healthz and /readyz are',
      address,
      address('127.0.0.1:10357'),
    )
    .option('--metrics-bind-address <address>', 'where /metrics are', address, address('127.0.0.1:8080'))
    .addHelpText(
      'after',
      examples(
        ['flotilla agent --cluster-name paris', 'in a pod, or with the kubeconfig that kubectl has'],
        ['flotilla agent --cluster-name paris --kubeconfig paris-agent.kubeconfig', 'with credentials in a file'],
      ),
    )
    .action(async (flags: AgentFlags) => {
      const { runAgent } = await import('../agent/run.ts') // no other command waits for it
      await runAgent({ ...flags, version })
    })
