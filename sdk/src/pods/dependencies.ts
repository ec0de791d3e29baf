import type { Manifest } from '../manifest.ts'
import type { Dependency } from '../points/interpret.ts'
import type { Container, PodSpec, Volume } from './template.ts'

/** Names as they are found: some are missing, some come twice. */
type Found = readonly (string | undefined)[]

const configMapsOfContainer = ({ env = [], envFrom = [] }: Container): Found => [
  ...envFrom.map(({ configMapRef }) => configMapRef?.name),
  ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
]

const secretsOfContainer = ({ env = [], envFrom = [] }: Container): Found => [
  ...envFrom.map(({ secretRef }) => secretRef?.name),
  ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
]

const configMapsOfVolume = ({ configMap, projected }: Volume): Found => [
  configMap?.name,
  ...(projected?.sources ?? []).map((source) => source.configMap?.name),
]

const secretsOfVolume = (volume: Volume): Found => [
  volume.secret?.secretName,
  volume.azureFile?.secretName,
  volume.csi?.nodePublishSecretRef?.name,
  ...(['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'] as const).map(
    (type) => volume[type]?.secretRef?.name,
  ),
  ...(volume.projected?.sources ?? []).map((source) => source.secret?.name),
]

/** Every cluster has it. */
const defaultServiceAccount = 'default'

/** Objects of the core group in the namespace of the one that needs them, each once. */
export const namedDependencies = (owner: Manifest, kind: string, names: Found): readonly Dependency[] =>
  [...new Set(names)].flatMap((name) => {
    const { namespace } = owner.metadata
    return name ? [{ apiVersion: 'v1', kind, ...(namespace && { namespace }), name }] : []
  })

/** What pods of a template cannot run without. */
export function podDependencies(owner: Manifest, spec: PodSpec = {}): readonly Dependency[] {
  const { containers = [], initContainers = [], ephemeralContainers = [], volumes = [], imagePullSecrets = [] } = spec
  const all = [...initContainers, ...containers, ...ephemeralContainers]
  const serviceAccount = spec.serviceAccountName === defaultServiceAccount ? undefined : spec.serviceAccountName
  const secrets = [
    ...imagePullSecrets.map(({ name }) => name),
    ...all.flatMap(secretsOfContainer),
    ...volumes.flatMap(secretsOfVolume),
  ]
  return [
    ...namedDependencies(owner, 'ConfigMap', [
      ...all.flatMap(configMapsOfContainer),
      ...volumes.flatMap(configMapsOfVolume),
    ]),
    ...namedDependencies(owner, 'Secret', secrets),
    ...namedDependencies(owner, 'ServiceAccount', [serviceAccount]),
    ...namedDependencies(
      owner,
      'PersistentVolumeClaim',
      volumes.map((volume) => volume.persistentVolumeClaim?.claimName),
    ),
  ]
}
