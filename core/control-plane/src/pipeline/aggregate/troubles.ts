import { type Condition, clusterOfNamespace, findCondition, reasonOf, setCondition, type Work } from '@flotilla/sdk'
import { bounded } from '../../manifest/bounded.ts'

type Said = Omit<Condition, 'lastTransitionTime'>

/** What Works may say that a binding says, too: which of them, and what. It is not spoken of before one of them does. */
interface Trouble {
  readonly type: string
  /** The status that means trouble. */
  readonly when: 'True' | 'False'
  readonly reason: string
  /** Said when it is over. */
  readonly over: Said
}

const drift: Trouble = {
  type: 'Drifted',
  when: 'True',
  reason: 'DriftDetected',
  over: {
    type: 'Drifted',
    status: 'False',
    reason: 'NoDrift',
    message: 'All clusters hold what their Works say.',
  },
}

const misunderstanding: Trouble = {
  type: 'Reflected',
  when: 'False',
  reason: 'ReflectStatusFailed',
  over: {
    type: 'Reflected',
    status: 'True',
    reason: 'ReflectStatusSucceed',
    message: 'What all clusters say is understood.',
  },
}

const summed: Said = {
  type: 'Aggregated',
  status: 'True',
  reason: 'AggregateStatusSucceed',
  message: 'The template says what all clusters say.',
}

const saidBy = ({ metadata, status }: Work, { type, when }: Trouble): readonly string[] => {
  const condition = findCondition(status?.conditions, type)
  return condition?.status === when ? [`${clusterOfNamespace(metadata.namespace)}: ${condition.message}`] : []
}

function withTrouble(conditions: readonly Condition[], works: readonly Work[], now: Date, trouble: Trouble) {
  const { type, when: status, reason, over } = trouble
  const said = works.flatMap((work) => saidBy(work, trouble)).sort()
  if (said.length === 0) return findCondition(conditions, type) ? setCondition(conditions, over, now) : conditions
  return setCondition(conditions, { type, status, reason, message: bounded(said.join('; ')) }, now)
}

/** The conditions of a binding with what its clusters differ in, and what of them is not understood. */
export const withTroubles = (
  conditions: readonly Condition[],
  works: readonly Work[],
  now: Date,
): readonly Condition[] => withTrouble(withTrouble(conditions, works, now, drift), works, now, misunderstanding)

/** The conditions of a binding with why its template cannot say what the clusters say; without a failure it is over. */
export function withFailure(conditions: readonly Condition[], failure: unknown, now: Date): readonly Condition[] {
  const { type } = summed
  if (failure === undefined) return findCondition(conditions, type) ? setCondition(conditions, summed, now) : conditions
  const message = bounded(reasonOf(failure))
  return setCondition(conditions, { type, status: 'False', reason: 'AggregateStatusFailed', message }, now)
}
