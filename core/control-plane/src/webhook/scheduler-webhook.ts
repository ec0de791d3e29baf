import {
  definePlugin,
  type Extension,
  type FeasibilityRequest,
  isFields,
  on,
  type PerCluster,
  type Plugin,
  schedule,
} from '@flotilla/sdk'
import type { Config } from '../config/config.ts'
import type { SchedulerWebhook } from '../config/plugin-settings.ts'
import type { PluginEntry } from '../extension/loader.ts'
import { type Call, caller } from './call.ts'
import { type Place, placeOf } from './place.ts'
import { viewOf } from './view.ts'

type Point = SchedulerWebhook['points'][number]

const candidates = <P extends 'filter' | 'score' | 'estimate'>(
  point: P,
  { binding, placement, affinityName, clusters }: schedule.Candidates,
) => ({
  point,
  binding,
  placement,
  ...(affinityName !== undefined && { affinityName }),
  clusters: clusters.map(viewOf),
})

const feasibility = (
  point: FeasibilityRequest['point'],
  { binding, placement, fresh, clusters }: schedule.Feasibility,
): FeasibilityRequest => ({
  point,
  binding,
  placement,
  fresh,
  clusters: clusters.map((feasible) => ({ ...feasible, cluster: viewOf(feasible.cluster) })),
})

/** A selection by name, with the clusters that were meant. A name nobody knows stays for the point's check to find. */
function selectionOf(answer: unknown, { clusters }: schedule.Feasibility): unknown {
  if (!isFields(answer) || !Array.isArray(answer.clusters)) return answer
  const known = new Map(clusters.map((feasible) => [feasible.cluster.metadata.name, feasible]))
  return {
    clusters: answer.clusters.map((name: string) => known.get(name) ?? { cluster: { metadata: { name } } }),
  }
}

/** How each point is asked over the wire. What comes back is looked at by the point's check, as any stranger's answer. */
const answers: Readonly<Record<Point, (call: Call) => Extension>> = {
  filter: (call) =>
    on(
      schedule.filter,
      async (asked) => (await call(candidates('filter', asked))) as PerCluster<schedule.Refusal> | undefined,
    ),
  score: (call) =>
    on(schedule.score, async (asked) => (await call(candidates('score', asked))) as PerCluster<number> | undefined),
  estimate: (call) =>
    on(
      schedule.estimate,
      async (asked) => (await call(candidates('estimate', asked))) as PerCluster<number> | undefined,
    ),
  select: (call) =>
    on(
      schedule.select,
      async (asked) => selectionOf(await call(feasibility('select', asked)), asked) as schedule.Selection | undefined,
    ),
  assign: (call) =>
    on(schedule.assign, async (asked) => (await call(feasibility('assign', asked))) as schedule.Assignment | undefined),
}

/** A plugin that asks elsewhere: the same questions, the same answers, over HTTP. */
export const schedulerWebhook = (
  { name, points }: Pick<SchedulerWebhook, 'name' | 'points'>,
  place: Place,
  timeout: number,
): Plugin =>
  definePlugin({
    name,
    extensions: (host) => {
      const call = caller(place, timeout, host)
      return points.map((point) => answers[point](call))
    },
  })

/** The webhooks of a config file, to be loaded after all other plugins. Throws `CONFIG_INVALID` for one that cannot be asked. */
export const schedulerWebhooks = ({
  schedulerWebhooks: webhooks,
  pluginTimeout,
  directory,
}: Pick<Config, 'schedulerWebhooks' | 'pluginTimeout' | 'directory'>): readonly PluginEntry[] =>
  webhooks.map((webhook, i) => {
    const { weight, timeout, failurePolicy, circuitBreaker } = webhook
    const place = placeOf(webhook, `schedulerWebhooks.${i}`, directory)
    return {
      plugin: schedulerWebhook(webhook, place, timeout ?? pluginTimeout),
      ...(weight !== undefined && { weight }),
      ...(timeout !== undefined && { timeout }),
      ...(failurePolicy && { failurePolicy }),
      ...(circuitBreaker && { circuitBreaker }),
    }
  })
