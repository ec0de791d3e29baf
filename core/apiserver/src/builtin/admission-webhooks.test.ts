import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Case, examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const webhook = (fields: Fields = {}): Fields => ({
  name: 'hook.example.com',
  clientConfig: { url: 'https://example.com/hook' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...fields,
})
const hooks = (...webhooks: Fields[]): Fields => ({ webhooks })

const cases: readonly Case[] = [
  ['is fine empty', {}, []],
  ['is fine with a webhook', hooks(webhook()), []],
  [
    'names are domains',
    hooks(webhook({ name: 'hook' })),
    ['webhooks[0].name: Invalid value: "hook": should be a domain with at least three segments separated by dots'],
  ],
  ['names are unique', hooks(webhook(), webhook()), ['webhooks[1].name: Duplicate value: "hook.example.com"']],
  [
    'is reached somewhere',
    hooks(webhook({ clientConfig: {} })),
    ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    'is reached in one way',
    hooks(webhook({ clientConfig: { url: 'https://a', service: { name: 's', namespace: 'n' } } })),
    ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    'is reached safely',
    hooks(webhook({ clientConfig: { url: 'http://a' } })),
    ['webhooks[0].clientConfig.url: Invalid value: "http://a": \'https\' is the only allowed URL scheme'],
  ],
  [
    'has no side effects',
    hooks(webhook({ sideEffects: 'Some' })),
    ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
  ],
  [
    'answers in time',
    hooks(webhook({ timeoutSeconds: 31 })),
    ['webhooks[0].timeoutSeconds: Invalid value: 31: must be between 1 and 30, inclusive'],
  ],
  [
    'speaks a version',
    hooks(webhook({ admissionReviewVersions: ['v9'] })),
    ['webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1'],
  ],
  [
    'rules are whole',
    hooks(webhook({ rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'] }] })),
    ['webhooks[0].rules[0].resources: Required value'],
  ],
]

examine('MutatingWebhookConfiguration', cases)
examine('ValidatingWebhookConfiguration', cases)

test('webhooks get their defaults', () => {
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }]
  const { webhooks } = stored(object('MutatingWebhookConfiguration', hooks(webhook({ rules }))))
  assert.deepEqual(webhooks, [
    {
      ...webhook(),
      rules: [{ ...rules[0], scope: '*' }],
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      reinvocationPolicy: 'Never',
      timeoutSeconds: 10,
    },
  ])
})

test('kubectl get', () => {
  assert.deepEqual(row(object('MutatingWebhookConfiguration', hooks(webhook())), new Date(0)).slice(0, 2), ['test', 1])
})
