import {
  between,
  type CronFederatedHpa,
  type CronRule,
  checks,
  cronFederatedHpaKind,
  definePlugin,
  Field,
  type Format,
  federatedHpaKind,
  groupOf,
  named,
  type Problems,
  present,
  unique,
  type Write,
  written,
} from '@flotilla/sdk'
import { Cron } from 'croner'
import { scaleTargetProblems } from './scaling-target.ts'

/** An interval, in Go's words for durations. */
const interval = /^@every (\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/

/** Five fields as cron has them, a word such as `@daily`, or `@every 5m`; it has to come some day. */
const schedule: Format = (text) => {
  if (interval.test(text) && /[1-9]/.test(text)) return undefined
  try {
    const next = new Cron(text, { paused: true, mode: '5-part', sloppyRanges: true }).nextRun()
    return next ? undefined : 'must be a time that comes'
  } catch (error) {
    return `must be a cron schedule, such as "0 8 * * MON-FRI": ${error instanceof Error ? error.message : error}`
  }
}

const timeZone: Format = (text) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return undefined
  } catch {
    return 'must be the name of a time zone, such as "Europe/Berlin"'
  }
}

const most = 2 ** 31 - 1

/** What a FederatedHPA is given: bounds. */
function* boundsProblems(rule: Field<CronRule>): Problems {
  const [min, max] = [rule.at('targetMinReplicas'), rule.at('targetMaxReplicas')]
  if (min.value === undefined && max.value === undefined) {
    yield min.required('a FederatedHPA is given targetMinReplicas, targetMaxReplicas, or both')
  }
  yield* between(min, 1, most)
  yield* between(max, 1, most)
  if (min.value !== undefined && max.value !== undefined && min.value > max.value) {
    yield min.invalid(`must be no more than targetMaxReplicas, which is ${max.value}`)
  }
}

/** What anything else is given: replicas. */
function* replicasProblems(rule: Field<CronRule>): Problems {
  const replicas = rule.at('targetReplicas')
  yield* present(replicas, 'how many replicas the target is given')
  yield* between(replicas, 0, most)
}

function* ruleProblems(rule: Field<CronRule>, scalesHpa: boolean): Problems {
  yield* present(rule.at('name'))
  yield* named(rule.at('schedule'), schedule)
  yield* written(rule.at('timeZone'), timeZone)
  yield* between(rule.at('successfulHistoryLimit'), 1, 32)
  yield* between(rule.at('failedHistoryLimit'), 0, 32)
  yield* scalesHpa ? boundsProblems(rule) : replicasProblems(rule)
}

/** What a timetable says that could not work. */
export function* cronProblems({ manifest }: Write<CronFederatedHpa>): Problems {
  const spec = new Field('', manifest).at('spec')
  const [target, rules] = [spec.at('scaleTargetRef'), spec.at('rules').items()]
  const [kind, version] = [target.at('kind'), target.at('apiVersion')]
  const isOurs = groupOf(String(version.value ?? '')) === groupOf(federatedHpaKind.apiVersion)
  yield* scaleTargetProblems(target)
  if (isOurs && kind.value !== federatedHpaKind.kind) yield kind.unsupported([federatedHpaKind.kind])
  for (const rule of rules) yield* ruleProblems(rule, isOurs)
  yield* unique(rules.map((rule) => rule.at('name')))
}

export const cronFederatedHpa = definePlugin({
  name: 'cron-federated-hpa-admission',
  extensions: () => [checks([cronFederatedHpaKind], cronProblems)],
})
