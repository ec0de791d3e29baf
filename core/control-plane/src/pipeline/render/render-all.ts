import {
  type Binding,
  clusterKind,
  clusterOverridePolicyKind,
  done,
  errors,
  FlotillaError,
  isAlreadyExists,
  isConflict,
  label,
  type Manifest,
  type Outcome,
  type OverridePolicy,
  overridePolicyKind,
  overrides,
  reasonOf,
  type TargetCluster,
  workKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { targetsOf } from '../../manifest/targets.ts'
import { render } from './render.ts'
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
 * one that trying again may cure, so that it is tried again.
 */
export async function renderAll(
  machine: Machine,
  binding: Binding,
  template: Manifest,
  signal: AbortSignal,
): Promise<Outcome> {
  const policies = policiesAbout(machine, template)
  const turns = targetsOf(binding).map((target) => renderOne(machine, { binding, template, target, policies }, signal))
  const outcomes = await Promise.allSettled(turns)
  const wrong = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  if (wrong.length === 0) return done
  const worst = wrong.find((error) => !isLostRace(error))
  if (worst !== undefined) {
    for (const about of [binding, template]) machine.event(about, 'Warning', 'SyncWorkFailed', reasonOf(worst))
  }
  throw wrong.find(mayPass) ?? wrong[0]
}

interface Given {
  readonly binding: Binding
  readonly template: Manifest
  readonly target: TargetCluster
  readonly policies: readonly OverridePolicy[]
}

async function renderOne(machine: Machine, given: Given, signal: AbortSignal): Promise<void> {
  const { binding, target } = given
  const cluster = machine.store(clusterKind).get({ name: target.name })
  if (!cluster) throw errors.CLUSTER_UNKNOWN(target.name)
  const there = machine.store(workKind).get(workKey(binding, target.name))
  if (there?.metadata.deletionTimestamp) return // its end is heard of, and it is made anew
  const workId = there?.metadata.labels?.[label.workId]
  const work = await render(machine.ask, { ...given, cluster, ...(workId === undefined ? {} : { workId }) })
  const result = await write(machine, there, work, signal)
  if (result) told(machine, 'render', work, result, target.name)
}
