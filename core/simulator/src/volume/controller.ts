import { type Controller, done, isAlreadyExists, type Key, keyOf } from '@flotilla/sdk'
import { claimKind, type PersistentVolume, type PersistentVolumeClaim, volumeKind } from '../api/volume.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { isLeaving } from '../owner.ts'
import { claimRefOf, foundFor, volumeFor, waitsForOne } from './volume.ts'

/** Gives each claim a volume: one that somebody made and that suits it, or one of its own, at once. */
export function claimController(machine: Machine): Controller {
  const { controller } = machine
  const claims = new Cached(machine, claimKind)
  const volumes = new Cached(machine, volumeKind)
  const promised = new Set<PersistentVolume>() // to claims that are being bound

  async function provide(claim: PersistentVolumeClaim): Promise<PersistentVolume | undefined> {
    const found = foundFor(
      claim,
      volumes.store.list().filter((volume) => !promised.has(volume)),
    )
    if (found) promised.add(found)
    if (found || waitsForOne(claim)) return found
    const volume = volumeFor(claim)
    try {
      return await volumes.create(volume)
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      return volumes.store.get(keyOf(volume))
    }
  }

  async function bind(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const { uid } = claim.metadata
    if (volume.spec.claimRef?.uid !== uid) await volumes.patch(volume, { spec: { claimRef: claimRefOf(claim) } })
    await volumes.setStatus(volumes.store.get(keyOf(volume)) ?? volume, { ...volume.status, phase: 'Bound' })
    const { name } = volume.metadata
    if (claim.spec.volumeName !== name) await claims.patch(claim, { spec: { volumeName: name } })
    const { accessModes = [], capacity = {} } = volume.spec
    await claims.setStatus(claims.store.get(keyOf(claim)) ?? claim, { phase: 'Bound', accessModes, capacity })
  }

  async function look(claim: PersistentVolumeClaim): Promise<void> {
    if (claim.status?.phase === 'Bound') return
    const volume = await provide(claim)
    if (!volume) return claims.setStatus(claim, { ...claim.status, phase: 'Pending' })
    try {
      await bind(claim, volume)
    } finally {
      promised.delete(volume)
    }
  }

  const waiting = (): readonly Key[] =>
    claims.store
      .list()
      .filter((claim) => claim.status?.phase !== 'Bound')
      .map(keyOf)

  return controller('volume')
    .for(claimKind)
    .watches(volumeKind, ({ after }) => (after && after.status?.phase !== 'Bound' ? waiting() : []))
    .reconcile(async (claim) => {
      if (claim && !isLeaving(claim)) await look(claim)
      return done
    })
}

/** Says of each volume whether somebody has it, and takes it back with its claim. */
export function volumeController(machine: Machine): Controller {
  const { controller } = machine
  const claims = machine.store(claimKind)
  const volumes = new Cached(machine, volumeKind)

  /** Who had it is gone. */
  async function takeBack(volume: PersistentVolume): Promise<void> {
    if (volume.spec.persistentVolumeReclaimPolicy === 'Delete') await volumes.delete(volume)
    else await volumes.setStatus(volume, { ...volume.status, phase: 'Released' })
  }

  async function look(volume: PersistentVolume): Promise<void> {
    const { claimRef: { namespace = '', name = '', uid } = {} } = volume.spec
    if (uid === undefined) return volumes.setStatus(volume, { ...volume.status, phase: 'Available' })
    if (claims.get({ namespace, name })?.metadata.uid !== uid) await takeBack(volume)
  }

  return controller('volume-reclaim')
    .for(volumeKind)
    .watches(claimKind, ({ before, after }) =>
      before?.spec.volumeName && !after ? [{ name: before.spec.volumeName }] : [],
    )
    .reconcile(async (volume) => {
      if (volume && !isLeaving(volume)) await look(volume)
      return done
    })
}
