import {
  type AggregatedStatusItem,
  type Component,
  fieldAt,
  type interpret,
  type Json,
  type Manifest,
  type Plugin,
  pods,
} from '@flotilla/sdk'
import { type OfKind, ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { count, fields, map, type Read } from '../../read.ts'
import { earliest, latest } from '../../times.ts'
import { component } from '../component.ts'
import { clustersWith, conditionsOf, dated, isTrue } from '../conditions.ts'
import { unique } from '../dependencies.ts'
import { merged, statuses, summedUp, textsOf } from '../status.ts'

const role = fields({ replicas: count, template: podTemplate })
const roles = map(role)

/** What the status of a training job may say. */
export const trainingFields = ['conditions', 'replicaStatuses', 'startTime', 'completionTime', 'lastReconcileTime']

/** A kind whose jobs have a pod template for each role in a distributed training. */
export interface Training extends Omit<OfKind, 'project'> {
  /** Where the roles stand in the spec. */
  readonly roles: string
  /** How many pods of a role there are when it does not say. */
  readonly replicas: (role: string) => number
  readonly isHealthy: (object: Manifest) => boolean
  readonly hasDependencies?: true
  /** What is collected; by default the whole status. */
  readonly status?: (object: Manifest) => Json
}

const rolesOf = (object: Manifest, name: string): readonly (readonly [string, NonNullable<Read<typeof role>>])[] =>
  Object.entries(roles(fieldAt(object.spec, [name])) ?? {})

/** Whether it says anything, and not that it has failed. */
export const hasNotFailed = ({ status }: Manifest): boolean =>
  conditionsOf(status).length > 0 && !isTrue(status, 'Failed')

/** What holds of the whole only when it holds in every cluster; anything else holds once it does in one. */
const success = 'Succeeded'

/** What clusters say of a type of condition, in one. */
function verdict(template: Manifest, items: readonly AggregatedStatusItem[], type: string, now: Date): Json {
  const clusters = clustersWith(items, type)
  const holds = type === success ? clusters.length === items.length : clusters.length > 0
  const said = statuses(items).flatMap((status) => conditionsOf(status).filter((each) => each.type === type))
  const reason = said.findLast((each) => each.status === (holds ? 'True' : 'False'))?.reason
  const condition = {
    type,
    status: holds ? 'True' : 'False',
    ...(reason && { reason }),
    message: clusters.length > 0 ? `${type} in member clusters ${clusters.join(',')}` : `${type} in no member cluster`,
  }
  return dated(template, condition, ['lastTransitionTime', 'lastUpdateTime'], now)
}

function verdicts(template: Manifest, items: readonly AggregatedStatusItem[], now: Date): readonly Json[] | undefined {
  const types = new Set(statuses(items).flatMap((status) => conditionsOf(status).map(({ type }) => type)))
  const conditions = [...types].flatMap((type) => (type ? [verdict(template, items, type, now)] : []))
  return conditions.length > 0 ? conditions : undefined
}

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[], now: Date): Manifest =>
  summedUp(template, items, trainingFields, (members) => {
    const completions = textsOf(members, 'completionTime')
    return {
      conditions: verdicts(template, items, now),
      replicaStatuses: merged(members.map(({ replicaStatuses }) => replicaStatuses)),
      startTime: earliest(textsOf(members, 'startTime')),
      completionTime: completions.length === items.length ? latest(completions) : undefined,
      lastReconcileTime: latest(textsOf(members, 'lastReconcileTime')),
    }
  })

/** A plugin for a kind of training jobs. */
export function training({ roles: at, replicas, hasDependencies, status, isHealthy, ...kind }: Training): Plugin {
  const components = (object: Manifest): readonly Component[] =>
    rolesOf(object, at).map(([name, { replicas: own = replicas(name), template }]) =>
      component(name.toLowerCase(), own, template?.spec),
    )
  const dependencies = (object: Manifest): readonly interpret.Dependency[] =>
    unique(rolesOf(object, at).flatMap(([, { template }]) => pods.podDependencies(object, template?.spec)))
  return ofKind(
    { project: 'kubeflow', ...kind },
    { components, isHealthy, aggregate, ...(hasDependencies && { dependencies }), ...(status && { status }) },
  )
}
