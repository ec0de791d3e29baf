import {
  candidatesRequest,
  definePlugin,
  type Extension,
  feasibilityRequest,
  on,
  type PerCluster,
  type Plugin,
  schedule,
  selectionOf,
} from '@flotilla/sdk'
import type { Config } from '../config/config.ts'
import type { SchedulerWebhook } from '../config/plugin-settings.ts'
import type { PluginEntry } from '../extension/loader.ts'
import { type Call, caller } from './call.ts'
import { type Place, placeOf } from './place.ts'

type Point = SchedulerWebhook['points'][number]

/** How each point is asked over the wire. What comes back is looked at by the point's check, as any stranger's answer. */
const answers: Readonly<Record<Point, (call: Call) => Extension>> = {
  filter: (call) =>
    on(
      schedule.filter,
      async (asked) => (await call(candidatesRequest('filter', asked))) as PerCluster<schedule.Refusal> | undefined,
    ),
  score: (call) =>
    on(
      schedule.score,
      async (asked) => (await call(candidatesRequest('score', asked))) as PerCluster<number> | undefined,
    ),
  estimate: (call) =>
    on(
      schedule.estimate,
      async (asked) => (await call(candidatesRequest('estimate', asked))) as PerCluster<number> | undefined,
    ),
  select: (call) =>
    on(
      schedule.select,
      async (asked) =>
        selectionOf(await call(feasibilityRequest('select', asked)), asked) as schedule.Selection | undefined,
    ),
  assign: (call) =>
    on(
      schedule.assign,
      async (asked) => (await call(feasibilityRequest('assign', asked))) as schedule.Assignment | undefined,
    ),
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
