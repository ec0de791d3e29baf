import { type Condition, findCondition, setCondition, type WorkStatus } from '@flotilla/sdk'
import type { StatusEdit } from '../../manifest/work-status.ts'

type Said = Omit<Condition, 'lastTransitionTime'>

/** Says a condition of a Work. */
export const saying =
  (condition: Said, now: Date): StatusEdit =>
  (status): WorkStatus => {
    const conditions = setCondition(status.conditions, condition, now)
    return conditions === status.conditions ? status : { ...status, conditions }
  }

/** Says a condition of a Work that has one of that type already. */
export const correcting =
  (condition: Said, now: Date): StatusEdit =>
  (status, work) =>
    findCondition(status.conditions, condition.type) ? saying(condition, now)(status, work) : status

/** Whether the Work may go to its member. */
export const dispatching = (isSuspended: boolean): Said =>
  isSuspended
    ? {
        type: 'Dispatching',
        status: 'False',
        reason: 'SuspendDispatching',
        message: 'Work dispatching is in a suspended state.',
      }
    : {
        type: 'Dispatching',
        status: 'True',
        reason: 'Dispatching',
        message: 'Work is being dispatched to member clusters.',
      }

export const applied: Said = {
  type: 'Applied',
  status: 'True',
  reason: 'AppliedSuccessful',
  message: 'Manifest has been successfully applied',
}

export const notApplied = (message: string): Said => ({
  type: 'Applied',
  status: 'False',
  reason: 'AppliedFailed',
  message,
})

/** What a member holds is not what a suspended Work says. */
export const drifted = (message: string): Said => ({
  type: 'Drifted',
  status: 'True',
  reason: 'DriftDetected',
  message,
})

export const notDrifted: Said = {
  type: 'Drifted',
  status: 'False',
  reason: 'NoDrift',
  message: 'The cluster holds what the Work says.',
}
