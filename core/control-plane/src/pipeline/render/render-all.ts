import {
  type Binding,
  clusterKind,
  clusterOverridePolicyKind,
  done,
  errors,
  FlotillaError,
  isAlreadyExists,
  isConflict,
  type Kind,
  label,
  type Manifest,
  type Outcome,
  type OverridePolicy,
  overridePolicyKind,
  overrides,
  rulesFor,
  type TargetCluster,
  workKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { targetsOf } from '../../manifest/targets.ts'
import { render } from './render.ts'
import { announce, type Failure, overrideText, say, syncText, type Verdict } from './verdict.ts'
import { workKey, write } from './works.ts'

/** Whether trying again by itself can help. */
const mayPass = (error: unknown): boolean => !(error instanceof FlotillaError) || error.retry

const isLostRace = (error: unknown): boolean => isConflict(error) || isAlreadyExists(error)

/** The policies that are about a template, of all clusters and of its namespace. */
function policiesAbout({ store }: Machine, template: Manifest): readonly OverridePolicy[] {
  const { namespace } = template.metadata
  const own = namespace ? store(overridePolicyKind).list(namespace) : []
  return [...store(clusterOverridePolicyKind).list(), ...own].filter((policy) => overrides(policy, template))
}

/**
 * Renders a binding for each of its targets. Every cluster has its turn before anything is thrown: of several errors
 * one that trying again may cure, so that it is tried again. The others wait for what they are about to change, and for
 * all to see until then.
 */
export async function renderAll(
  machine: Machine,
  kind: Kind<Binding>,
  given: Pick<Given, 'binding' | 'template'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { binding, template } = given
  const policies = policiesAbout(machine, template)
  const targets = targetsOf(binding)
  const turns = targets.map((target) => renderOne(machine, { ...given, target, policies }, signal))
  const outcomes = await Promise.allSettled(turns)
  signal.throwIfAborted() // whoever stops has nothing to say about it
  const failures = outcomes.flatMap((outcome, index): readonly Failure[] =>
    outcome.status === 'rejected' ? [{ cluster: targets[index]?.name ?? '', error: outcome.reason }] : [],
  )
  const isWritten = outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value)
  await conclude(machine, { kind, binding, template, failures, targets: targets.length }, isWritten, signal)
  return done
}

/** Says how it went, and throws what went wrong: first what trying again may cure. */
async function conclude(machine: Machine, verdict: Verdict, isWritten: boolean, signal: AbortSignal): Promise<void> {
  const { binding, template } = verdict
  const wrong = verdict.failures.map(({ error }) => error)
  const failures = verdict.failures.filter(({ error }) => !isLostRace(error))
  if (failures.length > 0 || wrong.length === 0) {
    const isNews = await say(machine, { ...verdict, failures }, signal)
    if (isNews && failures.length > 0) announce(machine, { ...verdict, failures })
  }
  if (wrong.length > 0) throw wrong.find(mayPass) ?? wrong[0]
  if (!isWritten) return
  for (const about of [binding, template])
    machine.event(about, 'Normal', 'SyncWorkSucceed', syncText(binding, 'successful.'))
}

interface Given {
  readonly binding: Binding
  readonly template: Manifest
  readonly target: TargetCluster
  readonly policies: readonly OverridePolicy[]
}

/** Whether something was written. */
async function renderOne(machine: Machine, given: Given, signal: AbortSignal): Promise<boolean> {
  const { binding, template, target, policies } = given
  const cluster = machine.store(clusterKind).get({ name: target.name })
  if (!cluster) throw errors.CLUSTER_UNKNOWN(target.name)
  const there = machine.store(workKind).get(workKey(binding, target.name))
  if (there?.metadata.deletionTimestamp) return false // its end is heard of, and it is made anew
  const workId = there?.metadata.labels?.[label.workId]
  const work = await render(machine.ask, { ...given, cluster, ...(workId === undefined ? {} : { workId }) })
  const result = await write(machine, { there, wanted: work, template, cluster: target.name }, signal)
  if (!result) return false
  told(machine, 'render', work, result, target.name)
  for (const policy of new Set(rulesFor(template, cluster, policies).map((rule) => rule.policy)))
    machine.event(template, 'Normal', 'ApplyOverridePolicySucceed', overrideText(policy, target.name, 'succeed.'))
  return true
}
