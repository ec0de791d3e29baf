import type { AggregatedStatusItem, Manifest, Plugin } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { fields, parts, truth } from '../../read.ts'
import { isTrue, mergedConditions } from '../conditions.ts'
import { collect, type Fields, lasts, merged, type Some, statuses, withFields } from '../status.ts'

const partsOf = parts({ status: fields({ ready: truth }) })
const collected = ['autogen', 'conditions', 'ready', 'rulecount', 'validatingadmissionpolicy']

const isHealthy = (object: Manifest): boolean =>
  partsOf(object).status?.ready ?? isTrue(object.status, 'Ready', ['Succeeded'])

/** Ready once all clusters are that say whether they are. */
function readiness(members: readonly Fields[]): Some {
  const all = members.map(({ ready }) => truth(ready)).filter((ready) => ready !== undefined)
  return { ready: all.length > 0 ? all.every(Boolean) : undefined }
}

function aggregate(template: Manifest, items: readonly AggregatedStatusItem[]): Manifest {
  const members = statuses(items)
  return withFields(template, lasts(members, 'autogen', 'validatingadmissionpolicy'), readiness(members), {
    rulecount: merged(members.map(({ rulecount }) => rulecount)),
    conditions: mergedConditions(items),
  })
}

/** Policies of a namespace, or of the whole cluster: they say the same. */
export const policies = (kind: string): Plugin =>
  ofKind(
    { project: 'kyverno', apiVersion: 'kyverno.io/v1', kind },
    { isHealthy, status: collect(...collected), aggregate },
  )
