import { type Fields, fieldAt, isFields, withField, withoutKeys } from './fields.ts'
import type { Manifest } from './manifest.ts'

type Rule = (manifest: Manifest) => Manifest

/** What an API server and its controllers write into `metadata`. */
const serverOwned = [
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'finalizers',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]

/** Takes keys out of the map at a path, and the map with them when nothing is left. */
const dropKeys =
  (path: readonly string[], ...keys: readonly string[]): Rule =>
  (manifest) => {
    const map = fieldAt(manifest, path)
    return isFields(map)
      ? withField(
          manifest,
          path,
          withoutKeys(map, (key) => keys.includes(key)),
        )
      : manifest
  }

const drop =
  (...path: readonly string[]): Rule =>
  (manifest) =>
    withField(manifest, path, undefined)

const all =
  (...rules: readonly Rule[]): Rule =>
  (manifest) =>
    rules.reduce((pruned, rule) => rule(pruned), manifest)

const onlyWhen =
  (holds: (manifest: Manifest) => boolean, rule: Rule): Rule =>
  (manifest) =>
    holds(manifest) ? rule(manifest) : manifest

const annotations = ['metadata', 'annotations']

/** The labels that tie a Job to its pods: the Job controller of each cluster makes its own. */
const jobIdentity = all(
  dropKeys(['spec', 'selector', 'matchLabels'], 'controller-uid', 'batch.kubernetes.io/controller-uid'),
  dropKeys(
    ['spec', 'template', 'metadata', 'labels'],
    'controller-uid',
    'job-name',
    'batch.kubernetes.io/controller-uid',
    'batch.kubernetes.io/job-name',
  ),
)

/** The tokens a cluster made for the account are no good anywhere else. */
const accountTokens: Rule = (manifest) => {
  const secrets = manifest.secrets
  if (!Array.isArray(secrets)) return manifest
  const own = (secret: unknown) =>
    String(fieldAt(secret, ['name']) ?? '').startsWith(`${manifest.metadata.name}-token-`)
  return secrets.some(own) ? { ...manifest, secrets: secrets.filter((secret) => !own(secret)) } : manifest
}

/** By the name of the kind alone, whatever its group. */
const rules: ReadonlyMap<string, Rule> = new Map([
  [
    'Deployment',
    dropKeys(annotations, 'deployment.kubernetes.io/revision', 'deployment.kubernetes.io/revision-history'),
  ],
  [
    'Job',
    all(
      onlyWhen((job) => fieldAt(job, ['spec', 'manualSelector']) !== true, jobIdentity),
      drop('spec', 'ttlSecondsAfterFinished'),
    ),
  ],
  [
    'Secret',
    onlyWhen(
      ({ type }) => type === 'kubernetes.io/service-account-token',
      all(dropKeys(annotations, 'kubernetes.io/service-account.uid'), drop('data')),
    ),
  ],
  ['ServiceAccount', accountTokens],
  [
    'Service',
    onlyWhen(
      (service) => fieldAt(service, ['spec', 'clusterIP']) !== 'None',
      all(drop('spec', 'clusterIP'), drop('spec', 'clusterIPs')),
    ),
  ],
  ['PersistentVolumeClaim', dropKeys(annotations, 'volume.kubernetes.io/selected-node')],
])

/**
 * A manifest without what belongs to the cluster it was read from: status, server-made metadata, and what the
 * controllers of some kinds write into the object. What is left can be sent to another cluster, and compared.
 */
export function prune(manifest: Manifest): Manifest {
  const { status: _, ...rest } = manifest
  const metadata: Fields = { ...manifest.metadata }
  const kept = withoutKeys(metadata, (key) => serverOwned.includes(key))
  const bare: Manifest = { ...rest, metadata: { ...kept, name: manifest.metadata.name } } as Manifest // `rest` keeps apiVersion and kind
  return rules.get(manifest.kind)?.(bare) ?? bare
}
