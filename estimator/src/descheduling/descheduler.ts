import {
  type Binding,
  type Controller,
  definePlugin,
  done,
  type Host,
  type Key,
  keyOf,
  type PerCluster,
  reasonOf,
  resourceBindingKind,
} from '@flotilla/sdk'
import type { Callers } from '../calling/callers.ts'
import { callMetrics } from '../calling/metrics.ts'
import { type CallingOptions, schema as callingSchema, readOptions } from '../calling/options.ts'
import { deschedule, descheduledText, lacking, mayMove } from './deschedule.ts'

interface Options extends CallingOptions {
  readonly intervalSeconds: number
  readonly thresholdSeconds: number
}

const seconds = { type: 'number', exclusiveMinimum: 0 }

const schema = {
  ...callingSchema,
  properties: { ...callingSchema.properties, intervalSeconds: seconds, thresholdSeconds: seconds },
}

/** Karmada's defaults. */
const defaults = { intervalSeconds: 120, thresholdSeconds: 300 }

type Asking = (binding: Binding, clusters: readonly string[]) => Promise<PerCluster<number>>

/** Asks estimators for replicas without a node. gRPC is loaded once somebody is asked. */
function asking(host: Host, options: Options): Asking {
  const metrics = callMetrics(host.metrics)
  let callers: Promise<Callers> | undefined
  return async (binding, clusters) => {
    const { aboutStuck } = await import('../calling/question.ts')
    callers ??= import('../calling/callers.ts').then(({ Callers }) => new Callers(host, options, metrics))
    const lines = await callers
    const question = aboutStuck(binding, options.thresholdSeconds)
    const numbers = await Promise.all(clusters.map((cluster) => lines.number(cluster, question, [])))
    return Object.fromEntries(clusters.map((cluster, i) => [cluster, numbers[i] ?? 0]))
  }
}

/** Tells the owners of a binding and of its template. */
function announce({ event }: Host, binding: Binding, type: 'Normal' | 'Warning', message: string): void {
  const reason = type === 'Normal' ? 'DescheduleBindingSucceed' : 'DescheduleBindingFailed'
  const { apiVersion, kind, namespace, name, uid } = binding.spec.resource
  event(binding, type, reason, message)
  event(
    { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) } },
    type,
    reason,
    message,
  )
}

/** Takes replicas back where no node is found for them: the scheduler misses them, and gives them to others. */
async function relieve(host: Host, ask: Asking, binding: Binding): Promise<void> {
  const clusters = mayMove(binding) ? lacking(binding) : []
  if (clusters.length === 0) return
  const found = deschedule(binding, await ask(binding, clusters))
  if (!found) return
  const { resourceVersion } = binding.metadata // what was decided on must still be there
  const body = { metadata: { resourceVersion }, spec: { clusters: found.clusters } }
  try {
    await host.client.patch(resourceBindingKind, keyOf(binding), { type: 'merge', body })
  } catch (cause) {
    announce(host, binding, 'Warning', reasonOf(cause))
    throw cause
  }
  announce(host, binding, 'Normal', descheduledText(found))
}

/** Every so often all bindings whose replicas may move are looked at. */
function descheduling(host: Host, options: Options): Controller {
  const ask = asking(host, options)
  const bindings = host.store(resourceBindingKind)
  const round = (enqueue: (key: Key) => void) => {
    for (const binding of bindings.list()) if (mayMove(binding)) enqueue(keyOf(binding))
  }
  return host
    .controller('bindings')
    .for(resourceBindingKind, () => false) // only in its turn
    .hears((enqueue) => {
      const timer = setInterval(round, options.intervalSeconds * 1000, enqueue)
      return () => clearInterval(timer)
    })
    .reconcile(async (binding) => {
      if (binding) await relieve(host, ask, binding)
      return done
    })
}

export const descheduler = definePlugin({
  name: 'descheduler',
  schema,
  controllers: (host) => {
    const options = { ...defaults, ...readOptions(host.options) } as Options // the schema has been checked
    return options.enabled ? [descheduling(host, options)] : []
  },
})
