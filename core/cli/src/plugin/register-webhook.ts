import { type Operation, operations, type Typed } from '@flotilla/interpreter-webhooks'
import type { WebhookService } from '@flotilla/sdk'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { command, context, examples, kubeconfig, wholeNumber } from '../commands/options.ts'

/** What a person says to `flotilla plugin register-webhook`. */
export interface RegisterFlags {
  readonly url?: string
  readonly service?: WebhookService
  readonly caFile?: string
  readonly kinds: readonly Typed[]
  readonly operations: readonly (Operation | '*')[]
  readonly webhook?: string
  readonly timeoutSeconds?: number
  readonly probe: boolean
  readonly dryRun?: boolean
  readonly output?: 'json' | 'yaml'
  readonly kubeconfig?: string
  readonly context?: string
}

const words = (text: string): readonly string[] => text.split(',').filter((each) => each !== '')

/** `apps/v1/Deployment`, `v1/Pod`; each part may be `*`. */
function typeIn(text: string): Typed {
  const parts = text.split('/')
  const kind = parts.at(-1)
  if (parts.length < 2 || parts.length > 3 || !kind || parts.includes(''))
    throw new InvalidArgumentError(`"${text}" is not a kind such as apps/v1/Deployment or v1/Pod.`)
  return { apiVersion: parts.slice(0, -1).join('/'), kind }
}

function operationIn(text: string): Operation | '*' {
  const known = (['*', ...operations] as const).find((word) => word === text)
  if (known) return known
  throw new InvalidArgumentError(`"${text}" is none of *, ${operations.join(', ')}.`)
}

/** `namespace/name`, with `:port` and `/path` where they are not 443 and `/`. */
function serviceIn(text: string): WebhookService {
  const [, namespace, name, port, path] = /^([^/:]+)\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(text) ?? []
  if (!namespace || !name)
    throw new InvalidArgumentError('It is a Service such as ops/hooks, ops/hooks:8443 or ops/hooks:8443/interpret.')
  return { namespace, name, ...(port && { port: Number(port) }), ...(path && { path }) }
}

export const registerWebhookCommand = (): Command =>
  command('register-webhook')
    .summary('have a webhook say what kinds mean')
    .description(
      'Have a webhook say what kinds mean. It is asked about an object that is made up, before anything is written: what ' +
        'is wrong with its address, its certificate or its answers is said now. Other webhooks of the configuration stay.',
    )
    .argument('<name>', 'of the ResourceInterpreterWebhookConfiguration, which is made or changed')
    .addOption(new Option('--url <url>', 'where it is: https').conflicts('service'))
    .addOption(
      new Option('--service <namespace/name>', 'where it is: a Service, with :port and /path if need be').argParser(
        serviceIn,
      ),
    )
    .option('--ca-file <file>', 'the authority that signed its certificate, in PEM; by default those Node knows')
    .addOption(
      new Option('--kinds <kinds>', 'what it is asked about, separated by commas: apps/v1/Deployment,v1/Pod')
        .argParser((text) => words(text).map(typeIn))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--operations <names>', `what it is asked, separated by commas: ${operations.join(', ')}, or *`)
        .argParser((text) => words(text).map(operationIn))
        .makeOptionMandatory(),
    )
    .option('--webhook <name>', 'what it is called in the configuration; by default <name>.interpreters.flotilla.dev')
    .option('--timeout-seconds <n>', 'how long it may take; by default 10', wholeNumber(1, 30))
    .option('--no-probe', 'write the configuration without asking the webhook first')
    .option('--dry-run', 'write nothing; the control plane still says what is wrong')
    .addOption(new Option('-o, --output <format>', 'print the configuration').choices(['json', 'yaml']))
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        [
          'flotilla plugin register-webhook workloads --url https://hooks.example.com/interpret --ca-file ca.pem \\\n' +
            '    --kinds workload.example.io/v1alpha1/Workload --operations InterpretReplica,ReviseReplica,InterpretHealth',
          '',
        ],
        ['kubectl get --raw /points', 'shows who is asked what'],
        ['kubectl delete resourceinterpreterwebhookconfiguration workloads', 'takes it out again'],
      ),
    )
    .action(async (name: string, flags: RegisterFlags, self: Command) => {
      if (!flags.url && !flags.service) self.error('error: say where the webhook is: --url or --service')
      const { registerWebhook } = await import('./webhook/register.ts')
      await registerWebhook(name, flags)
    })
