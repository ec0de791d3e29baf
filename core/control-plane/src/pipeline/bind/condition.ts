import {
  type Binding,
  type Condition,
  findCondition,
  isConflict,
  isNotFound,
  type Kind,
  keyOf,
  reasonOf,
  setCondition,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'

type Said = Omit<Condition, 'lastTransitionTime'>

/** A condition that is on a binding only since something went wrong. `failed` says what. */
export interface Trouble {
  readonly succeeded: Said
  readonly failed: Said['reason']
}

/** Whether what the policy says of the template could be carried over to the binding. */
export const policyApplied: Trouble = {
  succeeded: {
    type: 'PolicyApplied',
    status: 'True',
    reason: 'ApplyPolicySucceed',
    message: 'Nothing keeps the binding from what its policy says.',
  },
  failed: 'ApplyPolicyFailed',
}

/** Whether it is known, and written down, what the template cannot run without. */
export const dependenciesRecorded: Trouble = {
  succeeded: {
    type: 'DependenciesRecorded',
    status: 'True',
    reason: 'GetDependenciesSucceed',
    message: 'Nothing keeps from the binding what its template needs.',
  },
  failed: 'GetDependenciesFailed',
}

/** Whether a binding says that something went wrong. */
export const isIn = ({ succeeded: { type } }: Trouble, { status }: Binding): boolean =>
  findCondition(status?.conditions, type)?.status === 'False'

/**
 * Says on a binding that it went well, or what went wrong, if that is news. Other stages write conditions, too: the
 * version keeps theirs, and what is not written for it is said with the next try.
 */
export async function say(
  { client, now }: Pick<Machine, 'client' | 'now'>,
  kind: Kind<Binding>,
  binding: Binding,
  { succeeded, failed }: Trouble,
  cause?: unknown,
): Promise<void> {
  const before = binding.status?.conditions
  const failure: Said = { ...succeeded, status: 'False', reason: failed, message: reasonOf(cause) }
  if (cause === undefined && !findCondition(before, succeeded.type)) return
  const conditions = setCondition(before, cause === undefined ? succeeded : failure, now())
  if (conditions === before) return
  const body = { metadata: { resourceVersion: binding.metadata.resourceVersion }, status: { conditions } }
  try {
    await client.patch(kind, keyOf(binding), { type: 'merge', body }, { subresource: 'status' })
  } catch (reason) {
    if (!isConflict(reason) && !isNotFound(reason)) throw reason
  }
}
