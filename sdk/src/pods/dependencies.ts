import type { Manifest } from '../manifest.ts'
import type { Dependency } from '../points/interpret.ts'
import type { Container, PodSpec, Volume } from './template.ts'

/** Names as they are found: some are missing. */
type Names = Set<string | undefined>

/** The names of what pods refer to, each once, in the order they are found. */
interface Found {
  readonly configMaps: Names
  readonly secrets: Names
  readonly claims: Names
}

function findInContainer({ env = [], envFrom = [] }: Container, { configMaps, secrets }: Found): void {
  for (const { configMapRef, secretRef } of envFrom) {
    configMaps.add(configMapRef?.name)
    secrets.add(secretRef?.name)
  }
  for (const { valueFrom } of env) {
    if (!valueFrom) continue
    configMaps.add(valueFrom.configMapKeyRef?.name)
    secrets.add(valueFrom.secretKeyRef?.name)
  }
}

const withSecretRef = ['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'] as const

function findInVolume(volume: Volume, { configMaps, secrets, claims }: Found): void {
  configMaps.add(volume.configMap?.name)
  secrets.add(volume.secret?.secretName)
  secrets.add(volume.azureFile?.secretName)
  secrets.add(volume.csi?.nodePublishSecretRef?.name)
  for (const type of withSecretRef) secrets.add(volume[type]?.secretRef?.name)
  for (const source of volume.projected?.sources ?? []) {
    configMaps.add(source.configMap?.name)
    secrets.add(source.secret?.name)
  }
  claims.add(volume.persistentVolumeClaim?.claimName)
}

/** Every cluster has it. */
const defaultServiceAccount = 'default'

/** Objects of the core group in the namespace of the one that needs them, each once. */
export const namedDependencies = (
  owner: Manifest,
  kind: string,
  names: Iterable<string | undefined>,
): readonly Dependency[] =>
  [...new Set(names)]
    .filter((name) => name !== undefined && name !== '')
    .map((name) => ({
      apiVersion: 'v1',
      kind,
      ...(owner.metadata.namespace && { namespace: owner.metadata.namespace }),
      name,
    }))

/** What pods of a template cannot run without. */
export function podDependencies(owner: Manifest, spec: PodSpec = {}): readonly Dependency[] {
  const { initContainers = [], containers = [], ephemeralContainers = [], volumes = [], imagePullSecrets = [] } = spec
  const found: Found = { configMaps: new Set(), secrets: new Set(), claims: new Set() }
  for (const { name } of imagePullSecrets) found.secrets.add(name)
  for (const some of [initContainers, containers, ephemeralContainers])
    for (const container of some) findInContainer(container, found)
  for (const volume of volumes) findInVolume(volume, found)
  const serviceAccount = spec.serviceAccountName === defaultServiceAccount ? undefined : spec.serviceAccountName
  return [
    ...namedDependencies(owner, 'ConfigMap', found.configMaps),
    ...namedDependencies(owner, 'Secret', found.secrets),
    ...namedDependencies(owner, 'ServiceAccount', [serviceAccount]),
    ...namedDependencies(owner, 'PersistentVolumeClaim', found.claims),
  ]
}
