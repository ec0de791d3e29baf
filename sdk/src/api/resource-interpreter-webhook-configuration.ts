import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { int32, list, object, required, text, texts } from '../schema.ts'

/** A Service that answers. It wins over a `url`. */
export interface WebhookService {
  readonly namespace: string
  readonly name: string
  readonly path?: string
  /** By default 443. */
  readonly port?: number
}

export interface WebhookClientConfig {
  readonly url?: string
  readonly service?: WebhookService
  /** PEM, in base64; by default the system's trust. */
  readonly caBundle?: string
}

/** What a webhook is asked about: every operation on every kind that is named. */
export interface WebhookRule {
  /** `InterpretReplica`, `Retain`, ..., or `*`. */
  readonly operations: readonly string[]
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly kinds: readonly string[]
}

export interface ResourceInterpreterWebhook {
  readonly name: string
  readonly clientConfig: WebhookClientConfig
  readonly rules?: readonly WebhookRule[]
  /** 1 to 30. */
  readonly timeoutSeconds?: number
  /** Versions of the question it understands; `v1alpha1` must be one. */
  readonly interpreterContextVersions: readonly string[]
}

/** Webhooks that interpret kinds. */
export interface ResourceInterpreterWebhookConfiguration extends Manifest {
  readonly webhooks: readonly ResourceInterpreterWebhook[]
}

export const resourceInterpreterWebhookConfigurationKind: Kind<ResourceInterpreterWebhookConfiguration> = {
  apiVersion: 'config.karmada.io/v1alpha1',
  kind: 'ResourceInterpreterWebhookConfiguration',
  plural: 'resourceinterpreterwebhookconfigurations',
  scope: 'Cluster',
}

const serviceSchema = object<WebhookService>('A Service that answers; it wins over a URL.', {
  namespace: required(text('Namespace of the Service.')),
  name: required(text('Name of the Service.')),
  path: text('Path of the URL.'),
  port: int32('Port of the Service; 443 unless given.'),
})

const clientConfigSchema = object<WebhookClientConfig>('Where the webhook answers.', {
  url: text('URL of the webhook.'),
  service: serviceSchema,
  caBundle: text('PEM of the authorities that may have signed its certificate.', { format: 'byte' }),
})

const ruleSchema = object<WebhookRule>('Operations on kinds.', {
  operations: required(
    texts(
      'InterpretReplica, InterpretComponent, ReviseReplica, InterpretStatus, Prune, Retain, AggregateStatus, InterpretHealth, InterpretDependency, or * for all.',
    ),
  ),
  apiGroups: required(texts('Groups of the kinds; "" is the core group, * is all.')),
  apiVersions: required(texts('Versions of the kinds; * is all.')),
  kinds: required(texts('Names of the kinds; * is all.')),
})

const webhookSchema = object<ResourceInterpreterWebhook>('A webhook.', {
  name: required(text('Full name of the webhook, such as workloads.example.com.')),
  clientConfig: required(clientConfigSchema),
  rules: list('What it is asked about.', ruleSchema),
  timeoutSeconds: int32('How long it may take: 1 to 30.'),
  interpreterContextVersions: required(texts('Versions of the question it understands; v1alpha1 must be one.')),
})

export const resourceInterpreterWebhookConfigurationDefinition: Definition = {
  kind: resourceInterpreterWebhookConfigurationKind,
  categories: ['karmada-io'],
  description: 'Webhooks that interpret kinds.',
  fields: { webhooks: required(list('The webhooks.', webhookSchema)) },
}
