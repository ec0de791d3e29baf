import {
  between,
  checks,
  definePlugin,
  edit,
  type FederatedHpa,
  Field,
  federatedHpaKind,
  type MetricSpec,
  mutates,
  type Problems,
  type Write,
} from '@flotilla/sdk'
import { behaviorProblems, completeBehavior } from './scaling-behavior.ts'
import { metricProblems } from './scaling-metric.ts'
import { scaleTargetProblems } from './scaling-target.ts'

const cpu: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
}

/** An autoscaler as it is stored: at least one replica, by the use of CPU. */
export const completeHpa = ({ manifest }: Write<FederatedHpa>): FederatedHpa =>
  edit(manifest, 'spec', (spec) => {
    const bounded = edit(spec, 'minReplicas', (replicas) => replicas ?? 1)
    const measured = edit(bounded, 'metrics', (metrics) => ((metrics ?? []).length === 0 ? [cpu] : metrics))
    return edit(measured, 'behavior', completeBehavior)
  })

/** What an autoscaler says that could not work. */
export function* hpaProblems({ manifest }: Write<FederatedHpa>): Problems {
  const spec = new Field('', manifest).at('spec')
  const [min, max] = [spec.at('minReplicas'), spec.at('maxReplicas')]
  yield* scaleTargetProblems(spec.at('scaleTargetRef'))
  yield* between(min, 1, 2 ** 31 - 1)
  yield* between(max, 1, 2 ** 31 - 1)
  if (max.value < (min.value ?? 1)) yield max.invalid(`must be at least minReplicas, which is ${min.value ?? 1}`)
  for (const metric of spec.at('metrics').items()) yield* metricProblems(metric)
  yield* behaviorProblems(spec.at('behavior'))
}

export const federatedHpa = definePlugin({
  name: 'federated-hpa-admission',
  extensions: () => [mutates([federatedHpaKind], completeHpa), checks([federatedHpaKind], hpaProblems)],
})
