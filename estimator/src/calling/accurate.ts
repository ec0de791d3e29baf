import { type Cluster, clusterKind, definePlugin, type Host, on, type PerCluster, schedule } from '@flotilla/sdk'
import { type CallMetrics, callMetrics } from './metrics.ts'
import { type CallingOptions, readOptions, schema } from './options.ts'

const isAsked = ({ spec }: Cluster, { skipPull }: CallingOptions): boolean => !(skipPull && spec.syncMode === 'Pull')

/** What asks; only who does waits for gRPC to be loaded. A line is closed when its cluster goes. */
async function begin(host: Host, options: CallingOptions, metrics: CallMetrics) {
  const [{ Callers }, { questionOf }] = await Promise.all([import('./callers.ts'), import('./question.ts')])
  const callers = new Callers(host, options, metrics)
  const stop = host.store(clusterKind).listen(({ before, after }) => {
    if (before && !after) callers.forget(before.metadata.name)
  })
  host.signal.addEventListener('abort', stop)
  return { callers, questionOf }
}

/** Asks the estimators of all clusters at once. Whoever does not answer has no opinion. */
function estimateAccurately(host: Host, options: CallingOptions, metrics: CallMetrics) {
  let begun: ReturnType<typeof begin> | undefined
  return async ({ binding, clusters, assumed = {} }: schedule.Candidates): Promise<PerCluster<number> | undefined> => {
    begun ??= begin(host, options, metrics)
    const { callers, questionOf } = await begun
    const question = questionOf(binding)
    if (!question) return undefined
    const names = clusters.filter((cluster) => isAsked(cluster, options)).map(({ metadata }) => metadata.name)
    return answered(names, (name) => callers.number(name, question, assumed[name] ?? []))
  }
}

/** What each name is answered, without those that are not. */
async function answered(
  names: readonly string[],
  ask: (name: string) => Promise<number | undefined>,
): Promise<PerCluster<number>> {
  const numbers = await Promise.all(names.map(ask))
  return Object.fromEntries(names.flatMap((name, i) => (numbers[i] === undefined ? [] : [[name, numbers[i]]])))
}

export const accurate = definePlugin({
  name: 'accurate-estimator',
  schema,
  extensions: (host) => {
    const options = readOptions(host.options)
    const metrics = callMetrics(host.metrics)
    return options.enabled ? [on(schedule.estimate, estimateAccurately(host, options, metrics))] : []
  },
})
