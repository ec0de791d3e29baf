import { compareQuantities, matchesLabels } from '@flotilla/sdk'
import { claimKind, type PersistentVolume, type PersistentVolumeClaim, volumeKind } from '../api/volume.ts'

/** How a volume names the claim it is for. */
export const claimRefOf = ({ metadata: { namespace, name, uid } }: PersistentVolumeClaim) => ({
  apiVersion: claimKind.apiVersion,
  kind: claimKind.kind,
  ...(namespace && { namespace }),
  name,
  ...(uid && { uid }),
})

/** A volume as large as the claim asks, which goes with it. */
export function volumeFor(claim: PersistentVolumeClaim): PersistentVolume {
  const { metadata, spec } = claim
  const { accessModes = ['ReadWriteOnce'], storageClassName, volumeMode, resources } = spec
  const name = `pvc-${metadata.uid}`
  return {
    apiVersion: volumeKind.apiVersion,
    kind: volumeKind.kind,
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': 'simulator.flotilla.dev' } },
    spec: {
      accessModes,
      capacity: resources?.requests ?? {},
      claimRef: claimRefOf(claim),
      ...{ hostPath: { path: `/simulated/${name}` } },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClassName && { storageClassName }),
      ...(volumeMode && { volumeMode }),
    },
  }
}

/** Whether a volume is meant for a claim, or for nobody yet. */
function isFree({ spec: { claimRef }, status }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  if (status?.phase === 'Released') return false
  if (!claimRef) return true
  const isNamed = claimRef.namespace === metadata.namespace && claimRef.name === metadata.name
  return isNamed && (claimRef.uid === undefined || claimRef.uid === metadata.uid)
}

const storageOf = (list: { readonly storage?: string | number } = {}): string | number => list.storage ?? 0

function fits({ metadata, spec }: PersistentVolume, { spec: wanted }: PersistentVolumeClaim): boolean {
  const { accessModes = [], volumeMode = 'Filesystem', storageClassName = '', capacity } = spec
  return (
    storageClassName === (wanted.storageClassName ?? '') &&
    volumeMode === (wanted.volumeMode ?? 'Filesystem') &&
    (wanted.accessModes ?? []).every((mode) => accessModes.includes(mode)) &&
    matchesLabels(wanted.selector, metadata.labels) &&
    compareQuantities(storageOf(capacity), storageOf(wanted.resources?.requests)) >= 0
  )
}

/** The volume somebody made that a claim gets: the one it names, or the smallest that is enough. */
export function foundFor(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const free = volumes.filter((volume) => isFree(volume, claim))
  const { volumeName } = claim.spec
  if (volumeName) return free.find(({ metadata }) => metadata.name === volumeName)
  const fitting = free.filter((volume) => fits(volume, claim))
  const [first, ...others] = fitting
  return others.reduce(
    (best, each) =>
      best && compareQuantities(storageOf(each.spec.capacity), storageOf(best.spec.capacity)) < 0 ? each : best,
    first,
  )
}

/** Whether a claim waits for a volume that somebody makes: it names one, or a class of its own. */
export const waitsForOne = ({ spec: { volumeName, storageClassName, selector } }: PersistentVolumeClaim): boolean =>
  Boolean(volumeName) || storageClassName === '' || selector !== undefined
