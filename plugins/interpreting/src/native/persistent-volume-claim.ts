import { type AggregatedStatusItem, deepEqual, type Manifest, type aggregate as points } from '@flotilla/sdk'
import { ofKind, type Summary } from '../interpreter.ts'
import { phased } from '../phase.ts'
import { anything, map } from '../read.ts'
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
  const phases = said(items, phased).flatMap(({ status: { phase } }) => (phase ? [phase] : []))
  const phase = phases.includes('Lost') ? 'Lost' : (phases.findLast((each) => each !== 'Bound') ?? 'Bound')
  return withStatus(template, { phase })
}

/** What of a claim that is bound everywhere is the same everywhere. */
function complete({ template, items }: Summary<PersistentVolumeClaim>): points.Completion | undefined {
  const [first, ...others] = said(items, map(anything))
  if (!first || template.status?.phase !== 'Bound') return undefined
  const isShared = (name: string) => others.every(({ status }) => deepEqual(status[name], first.status[name]))
  const shared = Object.entries(first.status).filter(([name]) => ['accessModes', 'capacity'].includes(name) && isShared(name)) // biome-ignore format: one expression
  return { fields: Object.fromEntries(shared) }
}

export const persistentVolumeClaim = ofKind<PersistentVolumeClaim>(
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { retain, isHealthy: ({ status }) => phased(status)?.phase === 'Bound', aggregate, complete },
)
