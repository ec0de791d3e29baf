import { compareQuantities, type Manifest } from '@flotilla/sdk'
import { readKeys } from '../registry/json-path.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { Step } from './by-resource.ts'

const sizeOf = (claim: Manifest): string => String(readKeys(claim, ['spec', 'resources', 'requests', 'storage']) ?? '0') // a quantity, by its schema

const mayGrow = (objects: Objects, claim: Manifest): boolean => {
  const name = readKeys(claim, ['spec', 'storageClassName'])
  if (typeof name !== 'string' || name === '') return false
  const found = objects.get({ resource: 'storageclasses.storage.k8s.io', namespace: '', name })
  return found?.allowVolumeExpansion === true
}

/** A claim grows where its class can make volumes larger. */
export const claimSize =
  (objects: Objects): Step =>
  ({ operation, resource, name, manifest, before }) => {
    if (operation !== 'UPDATE' || !before || sizeOf(manifest) === sizeOf(before)) return manifest
    if (compareQuantities(sizeOf(manifest), sizeOf(before)) <= 0) return manifest
    if (mayGrow(objects, before) || mayGrow(objects, manifest)) return manifest
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'
    throw refusal.forbidden(resource, name, why)
  }
