import type { LabelSelector, Manifest } from '@flotilla/sdk'
import type { Condition } from '../admission/conditions.ts'
import { dnsSubdomain } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, port, required, selector, unique, when, within } from './checks.ts'
import { conditions } from './expressions.ts'
import { column, count, type Group, type KindOptions, kind } from './kind.ts'

const registration: Group = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  schemas: 'io.k8s.api.admissionregistration.v1',
}

interface ClientConfig {
  readonly url?: string
  readonly service?: {
    readonly name: string
    readonly namespace: string
    readonly path?: string
    readonly port?: number
  }
}

interface Rule {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  readonly resources?: readonly string[]
}

interface Webhook {
  readonly name: string
  readonly clientConfig: ClientConfig
  readonly rules?: readonly Rule[]
  readonly sideEffects: string
  readonly admissionReviewVersions: readonly string[]
  readonly timeoutSeconds?: number
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
  readonly matchConditions?: readonly Condition[]
}

interface Configuration extends Manifest {
  readonly webhooks?: readonly Webhook[]
}

const isHttps = (url: string): boolean => URL.canParse(url) && new URL(url).protocol === 'https:'

/** How a webhook is reached: an address, or a Service, not both. */
export function clientConfig(field: string, { url, service }: ClientConfig): Causes {
  if ((url === undefined) === (service === undefined)) {
    return [cause.required(field, 'exactly one of url or service is required')]
  }
  if (url !== undefined) {
    return when(!isHttps(url), () => cause.invalid(`${field}.url`, url, "'https' is the only allowed URL scheme"))
  }
  return [
    ...required(`${field}.service.name`, service?.name),
    ...required(`${field}.service.namespace`, service?.namespace),
    ...port(`${field}.service.port`, service?.port),
  ]
}

const parts = ['operations', 'apiGroups', 'apiVersions', 'resources'] as const

const rule = (field: string, found: Rule): Causes =>
  parts.flatMap((part) => when(!found[part]?.length, () => cause.required(`${field}.${part}`)))

const name = (field: string, found: string): Causes => {
  if (found === '') return [cause.required(field)]
  const wrong = dnsSubdomain(found).map((each) => cause.invalid(field, found, each))
  if (wrong.length > 0) return wrong
  return when(found.split('.').length < 3, () =>
    cause.invalid(field, found, 'should be a domain with at least three segments separated by dots'),
  )
}

const knownVersions = ['v1', 'v1beta1']

const webhook = (field: string, found: Webhook): Causes => [
  ...name(`${field}.name`, found.name),
  ...clientConfig(`${field}.clientConfig`, found.clientConfig),
  ...(found.rules ?? []).flatMap((each, i) => rule(`${field}.rules[${i}]`, each)),
  ...when(!['None', 'NoneOnDryRun'].includes(found.sideEffects), () =>
    cause.notSupported(`${field}.sideEffects`, found.sideEffects, ['None', 'NoneOnDryRun']),
  ),
  ...when(!found.admissionReviewVersions.some((version) => knownVersions.includes(version)), () =>
    cause.invalid(
      `${field}.admissionReviewVersions`,
      found.admissionReviewVersions,
      `must include at least one of ${knownVersions.join(', ')}`,
    ),
  ),
  ...within(`${field}.timeoutSeconds`, found.timeoutSeconds, 1, 30),
  ...selector(`${field}.namespaceSelector`, found.namespaceSelector),
  ...selector(`${field}.objectSelector`, found.objectSelector),
  ...conditions(`${field}.matchConditions`, found.matchConditions),
]

const configuration: KindOptions<Configuration> = {
  scope: 'Cluster',
  categories: ['api-extensions'],
  generation: true,
  columns: [column.name, count('Webhooks', ({ webhooks }) => webhooks?.length), column.age],
  validate: ({ webhooks = [] }) => [
    ...webhooks.flatMap((each, i) => webhook(`webhooks[${i}]`, each)),
    ...unique(
      webhooks,
      (each) => each.name,
      (i) => `webhooks[${i}].name`,
    ),
  ],
}

export const admissionWebhooks: readonly Resource[] = [
  kind(registration, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', configuration),
  kind(registration, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', configuration),
]
