import type { AggregatedStatusItem, Manifest } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import { said, withStatus } from '../status.ts'

interface PersistentVolumeClaim extends Manifest {
  readonly spec?: { readonly volumeName?: string }
  readonly status?: { readonly phase?: string }
}

/** The volume was bound in the member, and cannot be changed. */
function retain(desired: PersistentVolumeClaim, { spec: observed }: PersistentVolumeClaim): PersistentVolumeClaim {
  const volumeName = observed?.volumeName
  return volumeName ? { ...desired, spec: { ...desired.spec, volumeName } } : desired
}

/** Bound where all members' claims are; lost when one of them is. */
function aggregate(template: PersistentVolumeClaim, items: readonly AggregatedStatusItem[]): PersistentVolumeClaim {
  if (items.length === 0) return template
  const phases = said<{ phase?: string }>(items).flatMap(({ status: { phase } }) => (phase ? [phase] : []))
  const phase = phases.includes('Lost') ? 'Lost' : (phases.findLast((each) => each !== 'Bound') ?? 'Bound')
  return withStatus(template, { phase })
}

export const persistentVolumeClaim = ofKind<PersistentVolumeClaim>(
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { retain, isHealthy: ({ status }) => status?.phase === 'Bound', aggregate },
)
