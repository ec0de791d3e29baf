import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'
import { answering, startWebhook, type Webhook } from '../webhook.ts'

const rules = [
  { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
]

const hook = (name: string, clientConfig: object, more: object = {}) => ({
  name: `${name}.example.com`,
  clientConfig,
  rules,
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  timeoutSeconds: 5,
  ...more,
})

const configuration = (kind: 'Mutating' | 'Validating', name: string, ...webhooks: readonly object[]) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${kind}WebhookConfiguration`,
  metadata: { name },
  webhooks,
})

const app = (name: string, labels: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels },
  spec: {
    selector: { matchLabels: { name } },
    template: { metadata: { labels: { name } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
})

const everywhere = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'everywhere' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    placement: { clusterAffinity: {} },
  },
}

const policy = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'few' },
    spec: {
      matchConstraints: { resourceRules: rules },
      validations: [
        { expression: 'object.spec.replicas <= 5', messageExpression: '"not " + string(object.spec.replicas)' },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'few' },
    spec: { policyName: 'few', validationActions: ['Deny'] },
  },
]

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ropes.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'ropes', kind: 'Rope' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { min: { type: 'integer' }, max: { type: 'integer' } },
                'x-kubernetes-validations': [{ rule: 'self.min <= self.max', message: 'min may not be above max' }],
              },
            },
          },
        },
      },
    ],
  },
}

const rope = (min: number, max: number) => ({
  apiVersion: 'example.com/v1',
  kind: 'Rope',
  metadata: { name: 'r' },
  spec: { min, max },
})

/** What users bring along to a control plane: their webhooks, policies and definitions. */
describe('what users have looked at before it is propagated', () => {
  let flotilla: Up
  let webhook: Webhook
  let k: Kubectl

  before(async () => {
    webhook = await startWebhook({
      '/deny': ({ apiVersion, kind, request }) => {
        const allowed = request.object.metadata.labels?.team !== undefined
        const status = { code: 403, reason: 'Forbidden', message: 'say whose it is with the label team' }
        return {
          apiVersion,
          kind,
          response: { uid: request.uid, allowed, ...(allowed ? {} : { status }), warnings: ['look twice'] },
        }
      },
      '/mark': answering({
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify([{ op: 'add', path: '/metadata/labels/marked', value: 'yes' }])).toString(
          'base64',
        ),
      }),
    })
    flotilla = await up({ members: 1 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
    await webhook[Symbol.asyncDispose]()
  })

  const apply = async (...items: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    assert.equal(code, 0, err)
    return err
  }
  const refused = async (object: object) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(object))
    assert.equal(code, 1)
    return err
  }

  test('by a webhook is refused and warned of in its words', async () => {
    await apply(everywhere, configuration('Validating', 'team', hook('deny', webhook.at('/deny'))))
    const err = await refused(app('web'))
    assert.match(err, /admission webhook "deny\.example\.com" denied the request: say whose it is with the label team/)
    assert.match(await apply(app('web', { team: 'a' })), /^Warning: look twice/m)
  })

  test('by a webhook is changed, and goes to members as it is then', async () => {
    await apply(configuration('Mutating', 'mark', hook('mark', webhook.at('/mark'))), app('marked', { team: 'a' }))
    await eventually(async () => {
      const found = JSON.parse(await k('--context', 'member1', 'get', 'deployment', 'marked', '-o', 'json'))
      assert.equal(found.metadata.labels.marked, 'yes')
    })
    await k('delete', 'mutatingwebhookconfiguration', 'mark')
  })

  test('by a webhook that is not there is refused, unless the configuration says otherwise', async () => {
    const nobody = hook('nobody', { url: 'https://127.0.0.1:1/x' })
    await apply(configuration('Validating', 'gone', nobody))
    assert.match(
      await refused(app('other', { team: 'a' })),
      /failed calling webhook "nobody\.example\.com": failed to call webhook: Post "https:\/\/127\.0\.0\.1:1\/x\?timeout=5s"/,
    )
    await apply(configuration('Validating', 'gone', { ...nobody, failurePolicy: 'Ignore' }))
    await apply(app('other', { team: 'a' }))
  })

  test('by a policy is refused with its message', async () => {
    await apply(...policy)
    const { code, err } = await k.run(['scale', 'deployment', 'web', '--replicas', '4'])
    assert.equal(code, 0, err)
    const big = { ...app('big', { team: 'a' }), spec: { ...app('big').spec, replicas: 9 } }
    assert.match(await refused(big), /ValidatingAdmissionPolicy 'few' with binding 'few' denied request: not 9/)
  })

  test('by the rules of its definition is refused', async () => {
    await apply(definition)
    await k('wait', '--for=condition=Established', 'crd/ropes.example.com')
    assert.match(await refused(rope(3, 2)), /The Rope "r" is invalid: spec: Invalid value: .*min may not be above max/)
    await apply(rope(1, 2))
  })
})
