import {
  groupOf,
  type ResourceInterpreterWebhook,
  type ResourceInterpreterWebhookConfiguration,
  resourceInterpreterWebhookConfigurationKind,
  versionOf,
  type WebhookRule,
} from '@flotilla/sdk'
import type { RegisterFlags } from '../register-webhook.ts'

/** Kinds of one group and version are one rule. `*` is all groups and all versions. */
function rulesOf({ kinds, operations }: Pick<RegisterFlags, 'kinds' | 'operations'>): readonly WebhookRule[] {
  const byVersion = Map.groupBy(kinds, ({ apiVersion }) => apiVersion)
  return [...byVersion].map(([apiVersion, types]) => ({
    operations,
    apiGroups: [apiVersion === '*' ? '*' : groupOf(apiVersion)],
    apiVersions: [versionOf(apiVersion)],
    kinds: [...new Set(types.map(({ kind }) => kind))],
  }))
}

/** The webhook that a person describes. `ca` is PEM. */
export function webhookOf(name: string, flags: RegisterFlags, ca: string | undefined): ResourceInterpreterWebhook {
  const { url, service, timeoutSeconds, webhook = `${name}.interpreters.flotilla.dev` } = flags
  return {
    name: webhook,
    clientConfig: {
      ...(service ? { service } : { url }),
      ...(ca && { caBundle: Buffer.from(ca).toString('base64') }),
    },
    rules: rulesOf(flags),
    ...(timeoutSeconds && { timeoutSeconds }),
    interpreterContextVersions: ['v1alpha1'],
  } as ResourceInterpreterWebhook // it has one of url and service
}

/** The configuration with the webhook: in the place of the one of its name, or behind the others. */
export function withWebhook(
  name: string,
  webhook: ResourceInterpreterWebhook,
  before?: ResourceInterpreterWebhookConfiguration,
): ResourceInterpreterWebhookConfiguration {
  const { apiVersion, kind } = resourceInterpreterWebhookConfigurationKind
  const { webhooks = [], ...rest } = before ?? { apiVersion, kind, metadata: { name } }
  const isKnown = webhooks.some((each) => each.name === webhook.name)
  const changed = webhooks.map((each) => (each.name === webhook.name ? webhook : each))
  return { ...rest, webhooks: isKnown ? changed : [...changed, webhook] }
}
