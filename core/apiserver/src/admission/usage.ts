import { formatOf, formatQuantity, type Manifest, parseQuantity } from '@flotilla/sdk'
import { qualityOfService } from '../builtin/pod-defaults.ts'
import type { PodSpec } from '../builtin/pod-spec.ts'
import { readKeys } from '../registry/json-path.ts'
import { qualified, type ResourceName } from '../status.ts'

/** How much of what, in thousandths, and an amount that it is written like. */
export interface Amount {
  readonly milli: bigint
  readonly like: string | number
}

export type Usage = ReadonlyMap<string, Amount>

const nothing: Usage = new Map()
const one: Amount = { milli: 1000n, like: '1' }

type Amounts = Readonly<Record<string, string | number>>

const amountsOf = (amounts: Amounts = {}): Usage =>
  new Map(Object.entries(amounts).map(([name, like]) => [name, { milli: parseQuantity(like), like }]))

const joined = (a: Usage, b: Usage, join: (a: bigint, b: bigint) => bigint): Usage => {
  const all = new Map(a)
  for (const [name, { milli, like }] of b) {
    const before = all.get(name)
    all.set(
      name,
      before ? { milli: join(before.milli, milli), like: before.milli === 0n ? like : before.like } : { milli, like },
    )
  }
  return all
}

export const plus = (a: Usage, b: Usage): Usage => joined(a, b, (x, y) => x + y)
export const minus = (a: Usage, b: Usage): Usage => joined(a, b, (x, y) => x - y)
const largest = (a: Usage, b: Usage): Usage => joined(a, b, (x, y) => (x > y ? x : y))

/** As Kubernetes writes it. */
export const textOf = ({ milli, like }: Amount): string => formatQuantity(milli, formatOf(like))

type Container = PodSpec['containers'][number]

const staysOn = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always'

/** What a pod takes while it runs, or while it begins. */
const whole = ({ containers, initContainers = [], overhead }: PodSpec, part: 'requests' | 'limits'): Usage => {
  const of = ({ resources }: Container) => amountsOf(resources?.[part])
  const running = [...containers, ...initContainers.filter(staysOn)].map(of).reduce(plus, nothing)
  const beginning = initContainers
    .filter((each) => !staysOn(each))
    .map(of)
    .reduce(largest, nothing)
  return plus(largest(running, beginning), amountsOf(overhead))
}

const isOver = (pod: Manifest): boolean => /^(Succeeded|Failed)$/.test(String(readKeys(pod, ['status', 'phase'])))

/** What is also called by its bare name. */
const bare = new Set(['cpu', 'memory', 'ephemeral-storage'])

function* ofPod(pod: Manifest): Iterable<readonly [string, Amount]> {
  if (isOver(pod)) return
  const spec = pod.spec as PodSpec // it is one
  yield ['pods', one]
  for (const [name, amount] of whole(spec, 'requests')) {
    yield [`requests.${name}`, amount]
    if (bare.has(name)) yield [name, amount]
  }
  for (const [name, amount] of whole(spec, 'limits')) yield [`limits.${name}`, amount]
}

function* ofService({ spec }: Manifest): Iterable<readonly [string, Amount]> {
  const type = readKeys(spec, ['type'])
  const ports = readKeys(spec, ['ports'])
  const count = Array.isArray(ports) ? ports.length : 0
  const noPorts = readKeys(spec, ['allocateLoadBalancerNodePorts']) === false
  yield ['services', one]
  if (type === 'LoadBalancer') yield ['services.loadbalancers', one]
  if (type === 'NodePort' || (type === 'LoadBalancer' && !noPorts))
    yield ['services.nodeports', { milli: BigInt(count) * 1000n, like: '1' }]
}

function* ofClaim({ spec }: Manifest): Iterable<readonly [string, Amount]> {
  const storage = readKeys(spec, ['resources', 'requests', 'storage'])
  const found =
    typeof storage === 'string' || typeof storage === 'number' ? amountsOf({ storage }).get('storage') : undefined
  const name = readKeys(spec, ['storageClassName'])
  yield ['persistentvolumeclaims', one]
  if (found) yield ['requests.storage', found]
  if (typeof name !== 'string' || name === '') return
  yield [`${name}.storageclass.storage.k8s.io/persistentvolumeclaims`, one]
  if (found) yield [`${name}.storageclass.storage.k8s.io/requests.storage`, found]
}

const counted = new Set(['secrets', 'configmaps', 'replicationcontrollers', 'resourcequotas'])

function* entriesOf(id: string, object: Manifest): Iterable<readonly [string, Amount]> {
  yield [`count/${id}`, one]
  if (id === 'pods') yield* ofPod(object)
  else if (id === 'services') yield* ofService(object)
  else if (id === 'persistentvolumeclaims') yield* ofClaim(object)
  else if (counted.has(id)) yield [id, one]
}

const known = new WeakMap<Manifest, Usage>()

/** What an object takes of what quotas give, by the names they have for it. */
export const usageOf = (resource: ResourceName, object: Manifest): Usage => {
  const found = known.get(object) ?? new Map(entriesOf(qualified(resource), object))
  known.set(object, found)
  return found
}

const mustBeSaid = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'])

/** What of a quota the containers of a pod do not say, in words; empty when they say it all. */
export const unsaid = (pod: Manifest, names: Iterable<string>): string => {
  const { containers, initContainers = [] } = pod.spec as PodSpec // it is one
  const missing = [...names]
    .filter((name) => mustBeSaid.has(name))
    .toSorted()
    .flatMap((name) => {
      const [, part = 'requests', resource = name] = /^(requests|limits)\.(.*)$/.exec(name) ?? []
      const silent = [...containers, ...initContainers].filter(
        ({ resources }) => resources?.[part as 'requests' | 'limits']?.[resource] === undefined, // by the pattern
      )
      return silent.length > 0
        ? [
            `${name} for: ${silent
              .map((each) => each.name)
              .toSorted()
              .join(',')}`,
          ]
        : []
    })
  return missing.join('; ')
}

interface Requirement {
  readonly scopeName: string
  readonly operator: string
  readonly values?: readonly string[]
}

/** Whether a pod is in a scope. */
const isIn = (pod: Manifest, { scopeName, operator, values = [] }: Requirement): boolean => {
  const spec = pod.spec as PodSpec // it is one
  if (scopeName === 'PriorityClass') {
    const name = spec.priorityClassName ?? ''
    if (operator === 'In') return values.includes(name)
    if (operator === 'NotIn') return !values.includes(name)
    return (name !== '') === (operator === 'Exists')
  }
  const ends = spec.activeDeadlineSeconds !== undefined
  const best = qualityOfService(spec) === 'BestEffort'
  const known: Readonly<Record<string, boolean>> = {
    Terminating: ends,
    NotTerminating: !ends,
    BestEffort: best,
    NotBestEffort: !best,
  }
  return known[scopeName] ?? false
}

/** Whether a quota is about an object: one with scopes is about the pods in all of them. */
export const isScoped = (id: string, object: Manifest, scopes: readonly Requirement[]): boolean =>
  scopes.length === 0 || (id === 'pods' && scopes.every((scope) => isIn(object, scope)))

const listAt = (quota: Manifest, keys: readonly string[]): readonly unknown[] => {
  const found = readKeys(quota, ['spec', ...keys])
  return Array.isArray(found) ? found : []
}

export const scopesOf = (quota: Manifest): readonly Requirement[] => [
  ...listAt(quota, ['scopes']).map((scopeName) => ({ scopeName: String(scopeName), operator: 'Exists' })),
  ...(listAt(quota, ['scopeSelector', 'matchExpressions']) as readonly Requirement[]), // by their schema
]
