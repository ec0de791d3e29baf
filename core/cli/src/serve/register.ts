import { type Client, definitions, groupOf, type Kind, label, type Manifest, versionOf } from '@flotilla/sdk'
import { type ClientConfig, clientConfig, type Place } from './place.ts'

const kindOf = (kind: string, plural: string): Kind => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  plural,
  scope: 'Cluster',
})

const mutatingKind = kindOf('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations')
const validatingKind = kindOf('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations')

const fieldManager = 'flotilla-serve'

/** Every kind of ours, in the version it is stored in: the API server converts what comes in another. */
function rules(): readonly object[] {
  const plurals = new Map<string, string[]>()
  for (const { kind } of definitions)
    plurals.set(kind.apiVersion, [...(plurals.get(kind.apiVersion) ?? []), kind.plural])
  return [...plurals].map(([apiVersion, resources]) => ({
    apiGroups: [groupOf(apiVersion)],
    apiVersions: [versionOf(apiVersion)],
    resources: resources.toSorted(),
    operations: ['CREATE', 'UPDATE'],
    scope: '*',
  }))
}

const webhook = (name: string, clientConfig: ClientConfig) => ({
  name,
  clientConfig,
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  timeoutSeconds: 10,
})

const configuration = ({ apiVersion, kind }: Kind, webhooks: readonly object[]): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: 'flotilla', labels: { [label.system]: 'true' } },
  webhooks,
})

/** What nobody may delete is known by a label: no other deletion waits for us. */
const protection = (config: ClientConfig) => ({
  ...webhook('protection.flotilla.dev', config),
  rules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['DELETE'], scope: '*' }],
  objectSelector: { matchExpressions: [{ key: label.deletionProtected, operator: 'Exists' }] },
})

/** Has the API server ask at a place before it writes objects of ours, or deletes what is protected. */
export async function registerWebhooks(client: Client, place: Place, ca: string, signal: AbortSignal): Promise<void> {
  const validate = clientConfig(place, ca, '/validate')
  const mutating = { ...webhook('admit.flotilla.dev', clientConfig(place, ca, '/admit')), rules: rules() }
  const validating = { ...webhook('validate.flotilla.dev', validate), rules: rules() }
  const wanted: readonly (readonly [Kind, Manifest])[] = [
    [mutatingKind, configuration(mutatingKind, [mutating])],
    [validatingKind, configuration(validatingKind, [validating, protection(validate)])],
  ]
  for (const [kind, body] of wanted)
    await client.patch(
      kind,
      { name: body.metadata.name },
      { type: 'apply', body, force: true },
      { fieldManager, signal },
    )
}
