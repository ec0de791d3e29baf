import { type Condition, clusterOfNamespace, findCondition, setCondition, type Work } from '@flotilla/sdk'
import { bounded } from '../../manifest/bounded.ts'

type Said = Omit<Condition, 'lastTransitionTime'>

const none: Said = {
  type: 'Drifted',
  status: 'False',
  reason: 'NoDrift',
  message: 'All clusters hold what their Works say.',
}

/** What a suspended Work says of its cluster that differs. */
function driftIn({ metadata, status }: Work): readonly string[] {
  const drifted = findCondition(status?.conditions, 'Drifted')
  return drifted?.status === 'True' ? [`${clusterOfNamespace(metadata.namespace)}: ${drifted.message}`] : []
}

/** The conditions of a binding with what its clusters differ in. It is not spoken of before there is drift. */
export function withDrift(conditions: readonly Condition[], works: readonly Work[], now: Date): readonly Condition[] {
  const drift = works.flatMap(driftIn).sort()
  if (drift.length === 0) return findCondition(conditions, 'Drifted') ? setCondition(conditions, none, now) : conditions
  const message = bounded(drift.join('; '))
  return setCondition(conditions, { type: 'Drifted', status: 'True', reason: 'DriftDetected', message }, now)
}
