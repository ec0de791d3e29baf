import {
  again,
  type Controller,
  deepEqual,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  type Outcome,
  timestamp,
} from '@flotilla/sdk'
import { type Autoscaler, autoscalerKind, type Scale } from '../api/autoscaler.ts'
import { podKind } from '../api/pod.ts'
import { daemonSetKind, deploymentKind, jobKind, replicaSetKind, statefulSetKind } from '../api/workloads.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { isLeaving } from '../owner.ts'
import { meterOf } from '../usage/meter.ts'
import { blank, type Memory } from './behavior.ts'
import { conditionsWith, type Draft, type Look, look } from './look.ts'

const workloads = [replicaSetKind, deploymentKind, statefulSetKind, daemonSetKind, jobKind] as const

const able = (status: 'True' | 'False', reason: string, message: string): Draft => ({ type: 'AbleToScale', status, reason, message }) // biome-ignore format: one value

const gotScale = able('True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const isSaid = ({ status }: Autoscaler, { type, message }: Draft): boolean =>
  status?.conditions?.find((each) => each.type === type)?.message === message

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '')

/** Whether two scale the same; one is its own rival. */
const isRival = ({ spec: { scaleTargetRef: a } }: Autoscaler, { spec: { scaleTargetRef: b } }: Autoscaler): boolean =>
  a.kind === b.kind && a.name === b.name && groupOf(a.apiVersion ?? '') === groupOf(b.apiVersion ?? '')

/** What is scaled: its kind, its key, and how many of it there are. */
interface Target {
  readonly kind: Kind
  readonly key: Key
  readonly scale: Scale
}

/** Scales what HorizontalPodAutoscalers are for, by what its pods use. Without any it does nothing. */
export function autoscalerController(machine: Machine): Controller {
  const { client, controller, discovery, event, now, store, autoscalingPeriod } = machine
  const autoscalers = new Cached(machine, autoscalerKind)
  const pods = store(podKind)
  const owners = workloads.map((kind) => store<Manifest>(kind))
  const memories = new Map<string, Memory>()

  async function targetOf({ metadata, spec }: Autoscaler): Promise<Target> {
    const { apiVersion = 'v1', kind: name, name: of } = spec.scaleTargetRef
    const kind = await discovery.find(apiVersion, name)
    const group = groupOf(apiVersion)
    if (!kind) throw new Error(`no matches for kind "${name}" in group "${group}"`)
    const { namespace } = metadata
    const key = { ...(namespace && { namespace }), name: of }
    const scale = await client.get<Scale>(kind as Kind<Scale>, key, { subresource: 'scale' })
    if (!scale) throw new Error(`${kind.plural}${group && `.${group}`} "${of}" not found`)
    return { kind, key, scale }
  }

  async function seen(autoscaler: Autoscaler, { scale }: Target): Promise<Look> {
    const { namespace = '' } = autoscaler.metadata
    const current = scale.spec?.replicas ?? 0
    const memory = memories.get(keyText(keyOf(autoscaler))) ?? blank
    const labelSelector = scale.status?.selector ?? ''
    if (!labelSelector) return lost(memory, noSelector)
    const rivals = autoscalers.store.list(namespace).filter((each) => isRival(each, autoscaler))
    if (rivals.length > 1) return lost(memory, ambiguous(labelSelector, rivals))
    const { items } = await client.list(podKind, { namespace, labelSelector })
    const meter = meterOf(pods.list(namespace), owners.flatMap((each) => each.list(namespace))) // biome-ignore format: one line
    return look(autoscaler, { namespace, pods: items, meter, current }, memory, now().getTime())
  }

  /** Says what is wrong, once. */
  function complain(autoscaler: Autoscaler, { conditions, told }: Pick<Look, 'conditions' | 'told'>): void {
    if (conditions.every((each) => isSaid(autoscaler, each))) return
    for (const { type, reason, message } of told) event(autoscaler, type, reason, message)
  }

  async function say(autoscaler: Autoscaler, drafts: readonly Draft[], said: object = {}): Promise<void> {
    const { status } = autoscaler
    const conditions = conditionsWith(status?.conditions, drafts, timestamp(now()))
    await autoscalers.setStatus(autoscaler, { desiredReplicas: 0, ...status, ...said, conditions })
  }

  /** Scales, and says so. */
  async function rescale(autoscaler: Autoscaler, { kind, key }: Target, { replicas, why = '' }: Look): Promise<Draft> {
    try {
      await client.patch(kind, key, { type: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' })
    } catch (error) {
      const message = messageOf(error)
      event(autoscaler, 'Warning', 'FailedRescale', `New size: ${replicas}; reason: ${why}; error: ${message}`)
      return able('False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${message}`)
    }
    event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`)
    return able('True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${replicas}`)
  }

  async function reckon(autoscaler: Autoscaler, target: Target): Promise<void> {
    const found = await seen(autoscaler, target)
    complain(autoscaler, found)
    const done = found.why === undefined ? undefined : await rescale(autoscaler, target, found)
    const isDone = done?.status === 'True'
    if (!done || isDone) memories.set(keyText(keyOf(autoscaler)), found.memory)
    const replicas = done && !isDone ? target.scale.spec?.replicas : found.replicas
    await say(autoscaler, [gotScale, ...found.conditions, ...(done ? [done] : [])], {
      currentReplicas: target.scale.status?.replicas ?? 0,
      ...(replicas !== undefined && { desiredReplicas: replicas }),
      ...(found.metrics && { currentMetrics: found.metrics }),
      ...(isDone && { lastScaleTime: timestamp(now()) }),
    })
  }

  async function visit(autoscaler: Autoscaler): Promise<Outcome> {
    const target = await targetOf(autoscaler).catch((error: unknown) => messageOf(error))
    if (typeof target === 'string') {
      const message = `the HPA controller was unable to get the target's current scale: ${target}`
      const conditions = [able('False', 'FailedGetScale', message)]
      complain(autoscaler, { conditions, told: [{ type: 'Warning', reason: 'FailedGetScale', message: target }] })
      await say(autoscaler, conditions)
    } else await reckon(autoscaler, target)
    return again(autoscalingPeriod)
  }

  return controller('horizontal-pod-autoscaler')
    .for(autoscalerKind, ({ before, after }) => !before || !after || !deepEqual(before.spec, after.spec))
    .reconcile(async (autoscaler, key) => {
      if (autoscaler && !isLeaving(autoscaler)) return visit(autoscaler)
      memories.delete(keyText(key))
      return {}
    })
}

/** Why nothing is looked at: the reason of the condition, its message, and what is told. */
type Loss = readonly [reason: string, message: string, told: Readonly<Record<string, string>>]

const noSelector: Loss = [
  'InvalidSelector',
  "the HPA target's scale is missing a selector",
  { SelectorRequired: 'selector is required' },
]

function ambiguous(selector: string, rivals: readonly Autoscaler[]): Loss {
  const names = rivals.map((each) => keyText(keyOf(each))).toSorted()
  const message = `pods by selector ${selector} are controlled by multiple HPAs: [${names.join(' ')}]`
  return ['AmbiguousSelector', message, { AmbiguousSelector: message, FailedComputeMetricsReplicas: message }]
}

const lost = (memory: Memory, [reason, message, told]: Loss): Look => ({
  memory,
  conditions: [{ type: 'ScalingActive', status: 'False', reason, message }],
  told: Object.entries(told).map(([reason, message]) => ({ type: 'Warning', reason, message })),
})
