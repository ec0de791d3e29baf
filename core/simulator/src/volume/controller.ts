import { type Controller, done, isAlreadyExists } from '@flotilla/sdk'
import { claimKind, type PersistentVolume, type PersistentVolumeClaim, volumeKind } from '../api/volume.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { isLeaving } from '../owner.ts'

/** A volume as large as the claim asks. */
function volumeOf({ metadata, spec }: PersistentVolumeClaim, name: string): PersistentVolume {
  const { accessModes = ['ReadWriteOnce'], storageClassName, resources } = spec
  return {
    apiVersion: volumeKind.apiVersion,
    kind: volumeKind.kind,
    metadata: { name },
    spec: {
      accessModes,
      capacity: resources?.requests ?? {},
      claimRef: {
        apiVersion: claimKind.apiVersion,
        kind: claimKind.kind,
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
      },
      hostPath: { path: `/simulated/${name}` },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClassName && { storageClassName }),
    },
  }
}

/** Gives each claim a volume of its own, at once, and takes the volume back with the claim. */
export function volumeController(machine: Machine): Controller {
  const { controller } = machine
  const claims = new Cached(machine, claimKind)
  const volumes = new Cached(machine, volumeKind)

  async function provide(claim: PersistentVolumeClaim, name: string): Promise<void> {
    const known = volumes.store.get({ name })
    try {
      const volume = known ?? (await volumes.create(volumeOf(claim, name)))
      await volumes.setStatus(volume, { ...volume.status, phase: 'Bound' })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }

  async function bind(claim: PersistentVolumeClaim): Promise<void> {
    const name = claim.spec.volumeName || `pvc-${claim.metadata.uid}`
    await provide(claim, name)
    if (!claim.spec.volumeName) await claims.patch(claim, { spec: { volumeName: name } })
    const { accessModes = [], resources } = claim.spec
    await claims.setStatus(claim, { phase: 'Bound', accessModes, capacity: resources?.requests ?? {} })
  }

  return controller('volume')
    .for(claimKind)
    .reconcile(async (claim) => {
      if (claim && !isLeaving(claim) && claim.status?.phase !== 'Bound') await bind(claim)
      return done
    })
}
