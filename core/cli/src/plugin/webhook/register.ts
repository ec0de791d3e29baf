import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Operation, operations, placeOf, probe, type Typed } from '@flotilla/interpreter-webhooks'
import { createClient, createHttp, httpTransport, loadKubeconfig } from '@flotilla/kube'
import {
  type Client,
  deepEqual,
  type ResourceInterpreterWebhook,
  type ResourceInterpreterWebhookConfiguration,
  resourceInterpreterWebhookConfigurationKind,
  serviceKind,
} from '@flotilla/sdk'
import { stringify } from 'yaml'
import { createProgress } from '../../output/progress.ts'
import { naming } from '../../output/sentence.ts'
import type { RegisterFlags } from '../register-webhook.ts'
import { webhookOf, withWebhook } from './configuration.ts'

/** Milliseconds everything may take. */
const patience = 60_000

/** The certificates in a file. */
const authorityIn = (file: string | undefined): Promise<string | undefined> =>
  naming('--ca-file', async () => {
    if (file === undefined) return undefined
    const pem = await readFile(file, 'utf8')
    new X509Certificate(pem) // throws when it is none
    return pem
  })

/** A kind to make an object of. */
const concrete = ({ apiVersion, kind }: Typed): Typed => ({
  apiVersion: apiVersion.replaceAll('*', 'v1'),
  kind: kind === '*' ? 'ConfigMap' : kind,
})

/** Where the control plane would find it. */
async function placeIn(client: Client, webhook: ResourceInterpreterWebhook, signal: AbortSignal) {
  const { service } = webhook.clientConfig
  const known = service && (await client.get(serviceKind, service, { signal }))
  return placeOf(webhook, { get: () => known })
}

/** Asks the webhook one question; what it says of an object that is made up. */
async function ask(client: Client, webhook: ResourceInterpreterWebhook, flags: RegisterFlags, signal: AbortSignal) {
  const place = await placeIn(client, webhook, signal)
  const [type = { apiVersion: 'v1', kind: 'ConfigMap' }] = flags.kinds
  const asked = flags.operations.find((operation): operation is Operation => operation !== '*')
  const operation = asked ?? operations[0]
  const wayOut = flags.service ? '; --no-probe is for Services that only the control plane reaches' : ''
  try {
    const said = await probe(createHttp({ signal }), {
      place,
      operation,
      type: concrete(type),
      timeout: (flags.timeoutSeconds ?? 10) * 1000,
    })
    return `${place.url}${said ? `: ${said}` : ''}`
  } catch (cause) {
    throw new Error(`the webhook is not registered: ${cause instanceof Error ? cause.message : cause}${wayOut}`, {
      cause,
    })
  }
}

type Written = 'new' | 'changed' | 'as it was'

async function write(
  client: Client,
  name: string,
  webhook: ResourceInterpreterWebhook,
  options: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<readonly [configuration: ResourceInterpreterWebhookConfiguration, written: Written]> {
  const kind = resourceInterpreterWebhookConfigurationKind
  const before = await client.get(kind, { name }, options)
  const after = withWebhook(name, webhook, before)
  if (!before) return [await client.create(kind, after, options), 'new']
  if (deepEqual(before.webhooks, after.webhooks)) return [before, 'as it was']
  return [await client.update(kind, after, options), 'changed']
}

function printed({ apiVersion, kind, metadata, webhooks }: ResourceInterpreterWebhookConfiguration, format: string) {
  const { name, labels, annotations } = metadata
  const whole = { apiVersion, kind, metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) }, webhooks } // biome-ignore format: one thought
  return format === 'json' ? JSON.stringify(whole, undefined, 2) : stringify(whole).trimEnd()
}

/** Asks a webhook, then writes its configuration. */
export async function registerWebhook(name: string, flags: RegisterFlags): Promise<void> {
  const { kubeconfig, context, output, dryRun = false } = flags
  await using open = new AsyncDisposableStack()
  const ending = new AbortController()
  open.defer(() => ending.abort())
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(patience)])
  const webhook = webhookOf(name, flags, await authorityIn(flags.caFile))
  const identity = await naming('the control plane', () => loadKubeconfig(kubeconfig, context))
  const client = createClient(open.adopt(httpTransport(identity), (transport) => transport.close()))
  const progress = createProgress(output ? process.stderr : process.stdout)
  if (flags.probe) await progress.step('webhook asked', async (say) => say(await ask(client, webhook, flags, signal)))
  const configuration = await progress.step(`configuration ${name} written`, async (say) => {
    const [configuration, written] = await write(client, name, webhook, { dryRun, signal })
    say(`(${written}${dryRun ? ', not really: --dry-run' : ''})`)
    return configuration
  })
  if (output) console.log(printed(configuration, output))
}
