import {
  type ResourceInterpreterWebhook,
  type ResourceInterpreterWebhookConfiguration,
  resourceInterpreterWebhookConfigurationKind,
  type WebhookClientConfig,
  type WebhookRule,
} from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { webhookAdmission } from './admission.ts'

const webhook: ResourceInterpreterWebhook = {
  name: 'workloads.example.com',
  clientConfig: { url: 'https://example.com/interpret' },
  rules: [{ operations: ['Retain'], apiGroups: [''], apiVersions: ['v1'], kinds: ['Pod'] }],
  interpreterContextVersions: ['v1alpha1'],
}

const of = (...webhooks: readonly ResourceInterpreterWebhook[]): ResourceInterpreterWebhookConfiguration => ({
  apiVersion: resourceInterpreterWebhookConfigurationKind.apiVersion,
  kind: resourceInterpreterWebhookConfigurationKind.kind,
  metadata: { name: 'workloads' },
  webhooks,
})

const saying = (words: Partial<ResourceInterpreterWebhook>, ...causes: readonly string[]) => ({
  given: { manifest: of({ ...webhook, ...words }) },
  causes: causes.map((cause) => `webhooks[0].${cause}`),
})

const asking = (clientConfig: WebhookClientConfig, ...causes: readonly string[]) =>
  saying({ clientConfig }, ...causes.map((cause) => `clientConfig${cause}`))

const about = (rule: Partial<WebhookRule>, ...causes: readonly string[]) =>
  saying(
    { rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], kinds: ['*'], ...rule }] },
    ...causes.map((cause) => `rules[0].${cause}`),
  )

const service = { namespace: 'shop', name: 'interpreter' }
const path = 'must be a path, such as "/interpret": its parts are names, and none is empty'
const pem = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64')

examineCauses(webhookAdmission, {
  'a good configuration': saying({ timeoutSeconds: 30 }),
  'a name without a domain': saying(
    { name: 'workloads' },
    'name: Invalid value: "workloads": must have a domain, such as "interpreter.example.com"',
  ),
  'two of one name': {
    given: { manifest: of(webhook, webhook) },
    causes: ['webhooks[1].name: Duplicate value: "workloads.example.com"'],
  },
  'too long': saying({ timeoutSeconds: 31 }, 'timeoutSeconds: Invalid value: 31: must be 1 to 30'),
  'no question it understands': saying(
    { interpreterContextVersions: ['v1'] },
    'interpreterContextVersions: Invalid value: ["v1"]: must have one of v1alpha1',
  ),
  'questions it understands twice, or not at all': saying(
    { interpreterContextVersions: ['v1alpha1', 'v1alpha1', '1'] },
    `interpreterContextVersions[2]: Invalid value: "1": must start with a lower case letter, end with one or a digit, and have only those and '-' between, such as "web"`,
    'interpreterContextVersions[1]: Duplicate value: "v1alpha1"',
  ),
  'no version': saying({ interpreterContextVersions: [] }, 'interpreterContextVersions: Required value'),
})

examineCauses(webhookAdmission, {
  'a service': asking({ service: { ...service, path: '/interpret/all/', port: 8443 }, caBundle: pem }),
  nowhere: asking({}, ': Required value: where to ask: a url or a service'),
  'two places': asking(
    { url: 'https://example.com', service },
    '.url: Forbidden: cannot stand beside service; keep one of them',
  ),
  'without encryption': asking(
    { url: 'http://example.com' },
    '.url: Invalid value: "http://example.com": must be a URL whose scheme is https, such as "https://example.com/interpret"',
  ),
  'with a query': asking(
    { url: 'https://example.com?a=b' },
    '.url: Invalid value: "https://example.com?a=b": must be a URL without user, query and fragment',
  ),
  'half a service': asking(
    { service: { namespace: '', name: '', path: 'interpret', port: 0 } },
    '.service.namespace: Required value',
    '.service.name: Required value',
    `.service.path: Invalid value: "interpret": ${path}`,
    '.service.port: Invalid value: 0: must be 1 to 65535',
  ),
  'a path with an empty part': asking(
    { service: { ...service, path: '/a//b' } },
    `.service.path: Invalid value: "/a//b": ${path}`,
  ),
  'a trust in nothing': asking(
    { service, caBundle: 'eA==' },
    '.caBundle: Invalid value: "eA==": must be certificates in PEM, encoded in base64',
  ),
})

examineCauses(webhookAdmission, {
  'about all there is': about({}),
  'about the core group': about({ apiGroups: [''] }),
  'about nothing': about(
    { operations: [], apiGroups: [], apiVersions: [], kinds: [] },
    'operations: Required value',
    'apiGroups: Required value',
    'apiVersions: Required value',
    'kinds: Required value',
  ),
  'asked what there is not': about(
    { operations: ['Prune'] },
    'operations[0]: Unsupported value: "Prune": supported values: "*", "InterpretReplica", "InterpretComponent", "InterpretDependency", "ReviseReplica", "Retain", "AggregateStatus", "InterpretStatus", "InterpretHealth"',
  ),
  'all there is, and more': about(
    { operations: ['*', 'Retain'], kinds: ['Pod', '*'] },
    'operations: Invalid value: ["*","Retain"]: must be "*" alone, or no "*"',
    'kinds: Invalid value: ["Pod","*"]: must be "*" alone, or no "*"',
  ),
  'versions and kinds without a name': about(
    { apiVersions: [''], kinds: [''] },
    'apiVersions[0]: Required value',
    'kinds[0]: Required value',
  ),
})
