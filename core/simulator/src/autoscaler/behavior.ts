import type { ScalingBehavior, ScalingPolicy, ScalingRules } from '@flotilla/sdk'

/** A number of replicas at a time, in milliseconds: one that was recommended, or by how many there were more or less. */
export interface Moment {
  readonly at: number
  readonly replicas: number
}

/** What has to be kept in mind of an autoscaler, the newest last. */
export interface Memory {
  readonly recommended: readonly Moment[]
  /** What was changed: up above 0, down below. */
  readonly changed: readonly Moment[]
}

export const blank: Memory = { recommended: [], changed: [] }

/** As if nobody had said anything about behaviour. */
const usual = {
  up: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  },
  down: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  },
} satisfies Record<string, ScalingRules>

export interface Rules {
  readonly up: Required<Omit<ScalingRules, 'tolerance'>>
  readonly down: Required<Omit<ScalingRules, 'tolerance'>>
}

/** How fast it may scale, whole. */
export const rulesOf = ({ scaleUp, scaleDown }: ScalingBehavior = {}): Rules => ({
  up: { ...usual.up, ...scaleUp },
  down: { ...usual.down, ...scaleDown },
})

const since = (moments: readonly Moment[], seconds: number, now: number): readonly Moment[] =>
  moments.filter(({ at }) => at > now - seconds * 1000)

const replicasOf = ({ replicas }: Moment): number => replicas

/** The recommendation that those of a while, and the one of now, agree on: as little change as any of them wants. */
export function stabilized({ recommended }: Memory, { up, down }: Rules, current: number, wanted: number, now: number) {
  const least = Math.min(wanted, ...since(recommended, up.stabilizationWindowSeconds, now).map(replicasOf))
  const most = Math.max(wanted, ...since(recommended, down.stabilizationWindowSeconds, now).map(replicasOf))
  return Math.min(Math.max(current, least), most)
}

type Change = -1 | 1

/** How many there may be by one policy. What was changed in its period counts. */
function allowed(
  { changed }: Memory,
  { type, value, periodSeconds }: ScalingPolicy,
  way: Change,
  current: number,
  now: number,
) {
  const before = current - since(changed, periodSeconds, now).reduce((all, { replicas }) => all + replicas, 0)
  if (type === 'Pods') return before + way * value
  const share = before * (1 + (way * value) / 100)
  return way > 0 ? Math.ceil(share) : Math.floor(share)
}

/** The most there may be when it grows, or the least when it shrinks. */
function limit(
  memory: Memory,
  { selectPolicy, policies }: Rules['up'],
  way: Change,
  current: number,
  now: number,
): number {
  if (selectPolicy === 'Disabled') return current
  const all = policies.map((policy) => allowed(memory, policy, way, current, now))
  const farthest = (selectPolicy !== 'Min') === way > 0 ? Math.max(...all) : Math.min(...all)
  return way > 0 ? Math.max(current, farthest) : Math.min(current, farthest)
}

export interface Bounds {
  readonly min: number
  readonly max: number
}

/** So many, and by what more or less is not allowed. */
export interface Limited {
  readonly replicas: number
  readonly by?: 'ScaleUpLimit' | 'TooManyReplicas' | 'ScaleDownLimit' | 'TooFewReplicas'
}

/** As many as are wanted, no faster than rules say, and within bounds. */
export function limited(
  memory: Memory,
  { up, down }: Rules,
  { min, max }: Bounds,
  current: number,
  wanted: number,
  now: number,
): Limited {
  if (wanted > current) {
    const most = limit(memory, up, 1, current, now)
    const replicas = Math.min(max, most)
    return wanted > replicas ? { replicas, by: max > most ? 'ScaleUpLimit' : 'TooManyReplicas' } : { replicas: wanted }
  }
  const least = limit(memory, down, -1, current, now)
  const replicas = Math.max(min, least)
  if (wanted >= replicas || wanted === current) return { replicas: wanted }
  return { replicas, by: min < least ? 'ScaleDownLimit' : 'TooFewReplicas' }
}

/** What is kept in mind after another look: what is still of use. */
export function remembered(memory: Memory, rules: Rules, recommendation: number, change: number, now: number): Memory {
  const { up, down } = rules
  const window = Math.max(up.stabilizationWindowSeconds, down.stabilizationWindowSeconds)
  const period = Math.max(...[...up.policies, ...down.policies].map(({ periodSeconds }) => periodSeconds))
  const recommended = [...since(memory.recommended, window, now), { at: now, replicas: recommendation }]
  const changed = since(memory.changed, period, now)
  return { recommended, changed: change === 0 ? changed : [...changed, { at: now, replicas: change }] }
}
