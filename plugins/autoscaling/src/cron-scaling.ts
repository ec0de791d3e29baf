import {
  ApiError,
  again,
  type Controller,
  type CronFederatedHpa,
  cronFederatedHpaKind,
  deepEqual,
  definePlugin,
  done,
  FlotillaError,
  type Host,
  type Outcome,
  reasonOf,
  timestamp,
} from '@flotilla/sdk'
import { type Due, dueRules, type Execution, historiesAfter, untilNext } from './history.ts'
import { apply } from './scale.ts'

/** It is looked at once a day at least: a timer cannot be set for longer than three weeks. */
const longest = 24 * 60 * 60 * 1000

/** What is refused is a failure; what did not get through is tried again. */
const isRefused = (error: unknown): boolean =>
  (error instanceof ApiError && error.code < 500 && error.code !== 429) ||
  (error instanceof FlotillaError && error.code === 'SCALE_TARGET_WRONG')

async function execute(
  { client, now, event }: Host,
  cron: CronFederatedHpa,
  { rule, scheduleTime }: Due,
  signal: AbortSignal,
): Promise<Execution> {
  const { namespace = '' } = cron.metadata
  const times = () => ({ scheduleTime, executionTime: timestamp(now()) })
  try {
    const applied = await apply(client, { ...cron.spec.scaleTargetRef, namespace }, rule, signal)
    return { rule, success: { ...times(), ...applied } }
  } catch (error) {
    if (!isRefused(error)) throw error
    const message = reasonOf(error)
    event(cron, 'Warning', 'ScaleFailed', `rule ${rule.name}: ${message}`)
    return { rule, failure: { ...times(), message } }
  }
}

/** Does what is due, says so, and comes back when something is due next. */
async function keep(host: Host, cron: CronFederatedHpa, signal: AbortSignal): Promise<Outcome> {
  const executions: Execution[] = []
  for (const due of dueRules(cron, host.now())) executions.push(await execute(host, cron, due, signal))
  const histories = historiesAfter(cron, executions, host.now())
  if (!deepEqual(histories, cron.status?.executionHistories ?? [])) {
    const status = { executionHistories: histories }
    await host.client.update(cronFederatedHpaKind, { ...cron, status }, { signal, subresource: 'status' })
  }
  const next = untilNext(histories, host.now())
  return next === undefined ? done : again(Math.min(next, longest))
}

/** Scales by the timetables of CronFederatedHPAs. */
export const scaling = (host: Host): Controller =>
  host
    .controller('cron-federated-hpa')
    .for(
      cronFederatedHpaKind,
      ({ before, after }) => !deepEqual(before?.spec, after?.spec) || !deepEqual(before?.status, after?.status),
    )
    .reconcile(async (cron, _, signal) => (cron && !cron.metadata.deletionTimestamp ? keep(host, cron, signal) : done))

export const cronScaling = definePlugin({ name: 'cron-federated-hpa', controllers: (host) => [scaling(host)] })
