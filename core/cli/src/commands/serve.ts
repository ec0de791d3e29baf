import { type Command, InvalidArgumentError, Option } from 'commander'
import { needsOf } from '../preflight/needs.ts'
import { clusterRoles } from '../preflight/roles.ts'
import { clusterApis } from '../serve/cluster-apis.ts'
import type { ServeOptions } from '../serve/run.ts'
import { address, command, duration, examples, wholeNumber } from './options.ts'

type Flags = Omit<ServeOptions, 'version'> & { readonly printClusterRoles: boolean }

/** `karmada-system/flotilla`, `karmada-system/flotilla:8443`. */
function service(text: string): NonNullable<ServeOptions['webhookService']> {
  const [, namespace, name, port = '443'] = /^([^/:]+)\/([^/:]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (!namespace || !name) throw new InvalidArgumentError('It is NAMESPACE/NAME, or NAMESPACE/NAME:PORT.')
  return { namespace, name, port: Number(port) }
}

/** More than replicas will be, and few enough for a lease each. */
const mostShards = 64

/** Signs of life need some time even where all goes well. */
const shortestLease = 5_000

function leaseTime(text: string): number {
  const time = duration(text)
  if (time >= shortestLease && time % 1_000 === 0) return time
  throw new InvalidArgumentError(`It is a time of whole seconds, of ${shortestLease / 1_000} s at least.`)
}

export const serveCommand = (version: string): Command =>
  command('serve')
    .summary('run the control plane over a Kubernetes API server')
    .description(
      'Run the control plane over a Kubernetes API server, until Ctrl-C: its kinds are installed or brought up to date, and its ' +
        'admission and conversion webhooks are registered with certificates of its own.',
    )
    .option(
      '--kubeconfig <file>',
      "the API server's kubeconfig; by default as kubectl finds it, or the pod's own account",
    )
    .option('--context <name>', 'the context in it; by default its current one')
    .option('--config <file>', 'the config file (docs/config.md)')
    .option('--webhook-bind-address <address>', 'where webhooks listen', address, address('127.0.0.1:9443'))
    .option('--webhook-url <url>', 'where the API server reaches them; by default https://127.0.0.1 and their port')
    .option(
      '--webhook-service <service>',
      'NAMESPACE/NAME[:PORT] of the Service in front of them, when they run in its cluster',
      service,
    )
    .option(
      '--health-probe-bind-address <address>',
      'where /healthz and /readyz are',
      address,
      address('127.0.0.1:10357'),
    )
    .option('--metrics-bind-address <address>', 'where /metrics are', address, address('127.0.0.1:8080'))
    .option('--no-leader-elect', 'lead without asking: nobody else does')
    .addOption(
      new Option('--cluster-api <way>', 'how Clusters are served: by a definition, or by itself, with their proxy')
        .choices(clusterApis)
        .default('crd'),
    )
    .option(
      '--shards <number>',
      'divide bindings and members into so many shards, which replicas share; the same for all replicas',
      wholeNumber(1, mostShards),
      1,
    )
    .addOption(
      new Option('--lease-duration <time>', 'how long others wait for a sign of life of a replica that holds a lease')
        .argParser(leaseTime)
        .default(15_000, '15s'),
    )
    .option('--print-cluster-roles', 'print the ClusterRoles that grant what is needed, and end', false)
    .addHelpText(
      'after',
      examples(
        ['flotilla serve --kubeconfig ~/.kube/host', 'beside an API server on this machine'],
        ['flotilla serve --print-cluster-roles | kubectl apply -f -', 'makes the roles it can run with'],
        [
          'flotilla serve --shards 4 --webhook-service karmada-system/flotilla',
          'one of several replicas that share the work',
        ],
        ['flotilla join paris --cluster-kubeconfig ~/.kube/paris', 'adds a member'],
      ),
    )
    .action(async ({ printClusterRoles, ...flags }: Flags) => {
      if (printClusterRoles) return void process.stdout.write(clusterRoles(needsOf(flags.clusterApi)))
      const { runServe } = await import('../serve/run.ts') // no other command waits for it
      await runServe({ ...flags, version })
    })
