import { type Condition, findCondition, reasonOf, setCondition, type WorkStatus } from '@flotilla/sdk'
import { bounded } from '../../manifest/bounded.ts'

type Said = Omit<Condition, 'lastTransitionTime'>

/** On a Work only since something went wrong: it costs no write before. */
const type = 'Reflected'

const success: Said = {
  type,
  status: 'True',
  reason: 'ReflectStatusSucceed',
  message: 'What the member says is understood.',
}

function withCondition(status: WorkStatus, condition: Said, now: Date): WorkStatus {
  const conditions = setCondition(status.conditions, condition, now)
  return conditions === status.conditions ? status : { ...status, conditions }
}

/** What a member says cannot be told, or only in part: its interpreter fails. */
export const notReflected = (status: WorkStatus, cause: unknown, now: Date): WorkStatus =>
  withCondition(
    status,
    { type, status: 'False', reason: 'ReflectStatusFailed', message: bounded(reasonOf(cause)) },
    now,
  )

export const reflected = (status: WorkStatus, now: Date): WorkStatus =>
  findCondition(status.conditions, type) ? withCondition(status, success, now) : status
