import { storedClusterKind } from '@flotilla/core'
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
  for (const kind of [...definitions.map(({ kind }) => kind), storedClusterKind])
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

/** Who writes as the control plane: a user, in the name that stands in `managedFields`. */
export interface Writer {
  readonly user: string
  readonly fieldManager: string
}

/** Of these, its changes too. */
const keptCurrent = ['works', 'resourcebindings', 'clusterresourcebindings']

/**
 * Nobody asks about what the control plane creates, and about its changes of bindings, which it reviewed itself; nor about Works it
 * keeps current. What is kept of Clusters it writes for others, who may name themselves as they like.
 */
const byOthers = ({ user, fieldManager }: Writer) => {
  const ours = `request.userInfo.username == ${JSON.stringify(user)} && has(request.options) && request.options.?fieldManager.orValue('') == ${JSON.stringify(fieldManager)}`
  return {
    name: 'by-others',
    expression: `!(${ours} && (request.operation == 'CREATE' || request.resource.resource in ${JSON.stringify(keptCurrent)}) && request.resource.resource != '${storedClusterKind.plural}')`,
  }
}

const isLeftAsItIs = 'object.?spec == oldObject.?spec'

/**
 * Nobody asks about a change that leaves the spec as it is: of what is going, which loses its finalizers, and of clusters,
 * so that they can be let go of while no control plane runs.
 */
const ofSubstance = {
  name: 'of-substance',
  expression: `!(request.operation == 'UPDATE' && ${isLeftAsItIs} && (request.resource.resource in ['clusters', '${storedClusterKind.plural}'] || oldObject.metadata.?deletionTimestamp.hasValue()))`,
}

export interface Registration {
  readonly place: Place
  /** The authority of what answers there, PEM. */
  readonly ca: string
  readonly writer: Writer
}

/** Has the API server ask at a place before it writes objects of ours, or deletes what is protected. */
export async function registerWebhooks(
  client: Client,
  { place, ca, writer }: Registration,
  signal: AbortSignal,
): Promise<void> {
  const validate = clientConfig(place, ca, '/validate')
  const asked = { rules: rules(), matchConditions: [byOthers(writer), ofSubstance] }
  const mutating = { ...webhook('admit.flotilla.dev', clientConfig(place, ca, '/admit')), ...asked }
  const validating = { ...webhook('validate.flotilla.dev', validate), ...asked }
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
