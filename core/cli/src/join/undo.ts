import { type Client, type Cluster, clusterKind, clusterNamespace } from '@flotilla/sdk'
import { removeAccess } from '../unjoin/access.ts'
import { accountOf } from './account.ts'
import { secretKind, serviceAccountKind } from './kinds.ts'
import { impersonatorSecret } from './secret.ts'

/** Milliseconds that undoing may take: what failed may have used up the time there was. */
const undoPatience = 15_000

/** The two ends of a join, and how far it has come. */
export interface Trail {
  readonly control: Client
  readonly member: Client
  readonly name: string
  /** Whether the control plane knew the cluster before. */
  readonly isKnown: boolean
  /** Whether it was asked to know it: from then on only it can say whether it does. */
  isRegistering: boolean
}

/** Whether the control plane has the cluster, as far as it can be asked. */
async function isJoined({ control, name, isKnown, isRegistering }: Trail, signal: AbortSignal): Promise<boolean> {
  if (isKnown || !isRegistering) return isKnown
  const there = control.get(clusterKind, { name }, { signal })
  return there.then((cluster?: Cluster) => cluster !== undefined).catch(() => true)
}

/** As far as it can be: whoever made the join fail may be in the way here, too. */
const undo = ({ control, name }: Trail, member: Client | undefined, signal: AbortSignal) =>
  Promise.allSettled([
    ...[name, impersonatorSecret(name)].map((secret) =>
      control.delete(secretKind, { namespace: clusterNamespace, name: secret }, { signal }),
    ),
    member && removeAccess(member, name, clusterNamespace, signal),
  ])

/** A cluster joins or does not: what was made for one that the control plane does not know in the end goes again. */
export async function orUndo(trail: Trail, step: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const account = { namespace: clusterNamespace, name: accountOf(trail.name).name }
  const isOthers = (await trail.member.get(serviceAccountKind, account, { signal })) !== undefined
  try {
    await step()
  } catch (error) {
    const patience = AbortSignal.timeout(undoPatience)
    if (!(await isJoined(trail, patience))) await undo(trail, isOthers ? undefined : trail.member, patience)
    throw error
  }
}
