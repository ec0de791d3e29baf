import type { Account } from '@flotilla/core'
import { explainService, type ServiceReport } from '@flotilla/mcs/explain'
import {
  type Condition,
  executionNamespace,
  findCondition,
  type Health,
  keyOf,
  keyText,
  type Reference,
  type Work,
} from '@flotilla/sdk'
import type { Progress } from '../output/progress.ts'
import type { Control } from '../plan/control.ts'
import type { MachineOptions } from '../plan/machine.ts'
import { openOnlooker } from '../plan/onlooker.ts'
import { worksOf } from '../plan/snapshot.ts'
import { clusterOfWork } from '../plan/state.ts'
import { accountFor, type Source, unboundReason } from './account.ts'
import { serviceFacts } from './service-facts.ts'
import { isService, type Subject } from './subject.ts'

/** What came of a decision in one cluster. */
export interface Outcome {
  readonly cluster: string
  readonly work: string
  readonly applied?: Condition['status']
  /** Why it is not applied. */
  readonly message?: string
  readonly health?: Health
}

/** The whole walk of one object. */
export interface Explained extends Partial<Omit<Account, 'binding'>> {
  readonly object: Reference
  /** `namespace/name`, or the bare name of a cluster-wide one. */
  readonly policy?: string
  readonly binding?: Reference
  readonly requiredBy: readonly string[]
  /** The condition of the binding. */
  readonly scheduled?: Condition
  readonly source?: Source
  readonly outcomes: readonly Outcome[]
  /** Of a Service: what became of it between clusters, by each means there is. */
  readonly services?: readonly ServiceReport[]
  /** Why it goes nowhere, where no decision says so. */
  readonly reasons: readonly string[]
}

function outcomeOf(work: Work, { binding }: Subject): Outcome {
  const cluster = clusterOfWork(work)
  const { health } = binding?.status?.aggregatedStatus?.find(({ clusterName }) => clusterName === cluster) ?? {}
  const { status, message } = findCondition(work.status?.conditions, 'Applied') ?? {}
  return {
    cluster,
    work: `${executionNamespace(cluster)}/${work.metadata.name}`,
    ...(status && { applied: status }),
    ...(status === 'False' && message && { message }),
    ...(health && { health }),
  }
}

async function outcomesOf(control: Control, subject: Subject, signal: AbortSignal): Promise<readonly Outcome[]> {
  if (!subject.binding) return []
  const works = await worksOf(control, [subject.binding], signal)
  return works.map((work) => outcomeOf(work, subject)).sort((a, b) => (a.cluster < b.cluster ? -1 : 1))
}

async function reasonsOf(control: Control, subject: Subject, machine: MachineOptions, signal: AbortSignal) {
  const { binding, template } = subject
  if (!template && isService(subject.object)) return ['it is not on the control plane, but may be in members']
  if (!binding) return [await unboundReason(control, subject, machine, signal)]
  const { suspension, placement, requiredBy = [] } = binding.spec
  return [
    ...(suspension?.scheduling ? ['its scheduling is suspended'] : []),
    ...(!placement && requiredBy.length === 0 ? ['it has no placement, and nothing takes it along'] : []),
  ]
}

/** What became of a Service between clusters; nothing of other kinds. */
async function servicesOf(control: Control, { object }: Subject, machine: MachineOptions, signal: AbortSignal) {
  if (!isService(object)) return undefined
  await using open = new AsyncDisposableStack()
  const { members } = await openOnlooker(open, control, machine, signal)
  const reports = explainService(await serviceFacts(control, members, keyOf({ metadata: object }), signal))
  return reports.length > 0 ? reports : undefined
}

/** Finds out why an object is where it is, from the policy that claims it to what its clusters made of it. */
export async function explain(
  control: Control,
  subject: Subject,
  machine: MachineOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Explained> {
  const { object, binding, claim } = subject
  const scheduled = findCondition(binding?.status?.conditions, 'Scheduled')
  const services = await servicesOf(control, subject, machine, signal)
  if (!services && !subject.template && !binding) throw new Error(`there is no ${object.kind} ${keyText(object)}, and no cluster exports one`) // biome-ignore format: one line
  return progress.step('decision read', async (say) => {
    const { account, source } = await accountFor(control, subject, machine, signal)
    if (source) say(`from ${source}`)
    return {
      object,
      ...(claim && { policy: keyText(claim.policy) }),
      ...(binding && { binding: { apiVersion: binding.apiVersion, kind: binding.kind, ...keyOf(binding) } }),
      requiredBy: (binding?.spec.requiredBy ?? []).map(keyText),
      ...(scheduled && { scheduled }),
      ...(account && { decisions: account.decisions }),
      ...(account?.now && { now: account.now }),
      ...(source && { source }),
      ...(services && { services }),
      outcomes: await outcomesOf(control, subject, signal),
      reasons: await reasonsOf(control, subject, machine, signal),
    }
  })
}
