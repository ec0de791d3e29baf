import {
  between,
  checks,
  definePlugin,
  dns1035Label,
  dnsSubdomain,
  Field,
  type Format,
  named,
  type Problems,
  present,
  type ResourceInterpreterWebhook,
  type ResourceInterpreterWebhookConfiguration,
  resourceInterpreterWebhookConfigurationKind,
  unique,
  type WebhookClientConfig,
  type WebhookRule,
  type WebhookService,
  type Write,
  written,
} from '@flotilla/sdk'
import { operations } from './operations.ts'

/** The versions of the question there are. */
const contextVersions = ['v1alpha1']

const qualifiedName: Format = (text) =>
  dnsSubdomain(text) ?? (text.includes('.') ? undefined : 'must have a domain, such as "interpreter.example.com"')

const httpsUrl: Format = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' || !url.host)
    return 'must be a URL whose scheme is https, such as "https://example.com/interpret"'
  return url.username || url.password || url.search || url.hash
    ? 'must be a URL without user, query and fragment'
    : undefined
}

const urlPath: Format = (text) => {
  const parts = text.replace(/\/$/, '').split('/').slice(1)
  const wrong = !text.startsWith('/') || parts.some((part) => part === '' || dnsSubdomain(part) !== undefined)
  return wrong && text !== '/'
    ? 'must be a path, such as "/interpret": its parts are names, and none is empty'
    : undefined
}

const certificates: Format = (text) =>
  Buffer.from(text, 'base64').toString().includes('-----BEGIN CERTIFICATE-----')
    ? undefined
    : 'must be certificates in PEM, encoded in base64'

/** `*` says all there is, so nothing can stand beside it. */
function* wildcardProblems(list: Field<readonly string[]>): Problems {
  yield* present(list)
  const words = list.items()
  if (words.length > 1 && words.some(({ value }) => value === '*')) yield list.invalid('must be "*" alone, or no "*"')
}

function* ruleProblems(rule: Field<WebhookRule>): Problems {
  const asked = rule.at('operations')
  yield* wildcardProblems(asked)
  for (const operation of asked.items()) {
    const known = ['*', ...operations].some((word) => word === operation.value)
    if (!known) yield operation.unsupported(['*', ...operations])
  }
  yield* wildcardProblems(rule.at('apiGroups'))
  for (const list of [rule.at('apiVersions'), rule.at('kinds')]) {
    yield* wildcardProblems(list)
    for (const word of list.items()) yield* present(word)
  }
}

function* serviceProblems(service: Field<WebhookService | undefined>): Problems {
  yield* present(service.at('namespace'))
  yield* present(service.at('name'))
  yield* written(service.at('path'), urlPath)
  yield* between(service.at('port'), 1, 65_535)
}

function* clientProblems(client: Field<WebhookClientConfig>): Problems {
  const [url, service] = [client.at('url'), client.at('service')]
  if (url.value && service.value) yield url.forbidden('cannot stand beside service; keep one of them')
  if (!url.value && !service.value) yield client.required('where to ask: a url or a service')
  yield* written(url, httpsUrl)
  if (service.value) yield* serviceProblems(service)
  yield* written(client.at('caBundle'), certificates)
}

function* versionProblems(versions: Field<readonly string[]>): Problems {
  yield* present(versions)
  for (const version of versions.items()) yield* named(version, dns1035Label)
  yield* unique(versions.items())
  const understood = versions.items().some(({ value }) => contextVersions.includes(value))
  if (versions.items().length > 0 && !understood)
    yield versions.invalid(`must have one of ${contextVersions.join(', ')}`)
}

function* webhookProblems(webhook: Field<ResourceInterpreterWebhook>): Problems {
  yield* named(webhook.at('name'), qualifiedName)
  yield* clientProblems(webhook.at('clientConfig'))
  for (const rule of webhook.at('rules').items()) yield* ruleProblems(rule)
  yield* between(webhook.at('timeoutSeconds'), 1, 30)
  yield* versionProblems(webhook.at('interpreterContextVersions'))
}

/** What a configuration says that could not work. */
export function* webhooksProblems({ manifest }: Write<ResourceInterpreterWebhookConfiguration>): Problems {
  const webhooks = new Field('', manifest).at('webhooks').items()
  for (const webhook of webhooks) yield* webhookProblems(webhook)
  yield* unique(webhooks.map((webhook) => webhook.at('name')))
}

export const webhookAdmission = definePlugin({
  name: 'interpreter-webhook-admission',
  extensions: () => [checks([resourceInterpreterWebhookConfigurationKind], webhooksProblems)],
})
