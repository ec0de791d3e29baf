import type { AggregatedStatusItem, Manifest } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import { gravest } from '../phase.ts'
import { withoutEmpty, withStatus } from '../status.ts'

interface PersistentVolume extends Manifest {
  readonly spec?: { readonly claimRef?: object }
}

/** The claim was bound in the member. */
function retain(desired: PersistentVolume, { spec: observed }: PersistentVolume): PersistentVolume {
  const claimRef = observed?.claimRef
  return claimRef ? { ...desired, spec: { ...desired.spec, claimRef } } : desired
}

function aggregate(template: PersistentVolume, items: readonly AggregatedStatusItem[]): PersistentVolume {
  if (items.length === 0) return template
  const phase = gravest(['Failed', 'Pending', 'Available', 'Bound', 'Released'], items)
  return withStatus(template, withoutEmpty({ phase }))
}

export const persistentVolume = ofKind<PersistentVolume>(
  { apiVersion: 'v1', kind: 'PersistentVolume' },
  { retain, aggregate },
)
