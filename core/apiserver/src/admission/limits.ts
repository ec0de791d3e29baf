import { compareQuantities, formatOf, formatQuantity, type Manifest, parseQuantity } from '@flotilla/sdk'
import type { PodSpec } from '../builtin/pod-spec.ts'
import { isObject, readKeys } from '../registry/json-path.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { Step } from './by-resource.ts'

type Amount = string | number
type Amounts = Readonly<Record<string, Amount>>

interface Item {
  readonly type: string
  readonly min?: Amounts
  readonly max?: Amounts
  readonly default?: Amounts
  readonly defaultRequest?: Amounts
  readonly maxLimitRequestRatio?: Amounts
}

const itemsOf = (objects: Objects, namespace: string): readonly Item[] =>
  objects.list('limitranges', namespace).flatMap((range) => {
    const limits = readKeys(range, ['spec', 'limits'])
    return Array.isArray(limits) ? (limits as readonly Item[]) : [] // by their schema
  })

type Container = PodSpec['containers'][number]

const merged = (items: readonly Item[], part: 'default' | 'defaultRequest'): Amounts =>
  Object.assign({}, ...items.filter(({ type }) => type === 'Container').map((item) => item[part]))

/** What is added to a container, as the annotation says it. */
interface Filled {
  readonly container: Container
  readonly words: readonly string[]
}

const missing = (from: Amounts, there: Amounts): Amounts =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !Object.hasOwn(there, name)))

const words = (added: Amounts, what: string, { name }: Container): readonly string[] => {
  const names = Object.keys(added).sort()
  return names.length > 0 ? [`${names.join(', ')} ${what} for container ${name}`] : []
}

/** A container that does not say asks for the default, and may have the default. What it limits it asks for as much of. */
const filled = (container: Container, limits: Amounts, requests: Amounts): Filled => {
  const { limits: ownLimits = {}, requests: asked = {} } = container.resources ?? {}
  const own = { ...ownLimits, ...asked }
  const [more, most] = [missing(requests, own), missing(limits, ownLimits)]
  const said = [...words(more, 'request', container), ...words(most, 'limit', container)]
  if (said.length === 0) return { container, words: [] }
  const resources = { ...container.resources, requests: { ...more, ...own }, limits: { ...most, ...ownLimits } }
  return { container: { ...container, resources }, words: said }
}

const annotation = 'kubernetes.io/limit-ranger'

const withDefaults = (pod: Manifest, items: readonly Item[]): Manifest => {
  const [limits, requests] = [merged(items, 'default'), merged(items, 'defaultRequest')]
  if (Object.keys(limits).length + Object.keys(requests).length === 0) return pod
  const spec = pod.spec as PodSpec // it is one
  const [containers, initContainers] = [spec.containers, spec.initContainers ?? []].map((list) =>
    list.map((each) => filled(each, limits, requests)),
  )
  const said = [...(containers ?? []), ...(initContainers ?? [])].flatMap((each) => each.words)
  if (said.length === 0) return pod
  const { metadata } = pod
  return {
    ...pod,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [annotation]: `LimitRanger plugin set: ${said.join('; ')}` },
    },
    spec: {
      ...spec,
      containers: containers?.map(({ container }) => container),
      ...(spec.initContainers && { initContainers: initContainers?.map(({ container }) => container) }),
    },
  }
}

/** What something asks for and may have. */
interface Use {
  readonly requests: Amounts
  readonly limits: Amounts
}

function* beyond({ type, min = {}, max = {}, maxLimitRequestRatio = {} }: Item, { requests, limits }: Use) {
  for (const [name, least] of Object.entries(min)) {
    const what = `minimum ${name} usage per ${type} is ${least}`
    const found = requests[name]
    if (found === undefined) yield `${what}. No request is specified`
    else if (compareQuantities(found, least) < 0) yield `${what}, but request is ${found}`
  }
  for (const [name, most] of Object.entries(max)) {
    const what = `maximum ${name} usage per ${type} is ${most}`
    const found = type === 'PersistentVolumeClaim' ? requests[name] : limits[name]
    if (found === undefined) yield `${what}. No limit is specified`
    else if (compareQuantities(found, most) > 0)
      yield `${what}, but ${type === 'PersistentVolumeClaim' ? 'request' : 'limit'} is ${found}`
  }
  for (const [name, most] of Object.entries(maxLimitRequestRatio)) {
    const [request, limit] = [requests[name], limits[name]]
    if (request === undefined || limit === undefined) continue
    const ratio = Number(parseQuantity(limit)) / Number(parseQuantity(request))
    if (ratio > Number(parseQuantity(most)) / 1000)
      yield `${name} max limit to request ratio per ${type} is ${most}, but provided ratio is ${ratio.toFixed(6)}`
  }
}

const useOf = ({ resources = {} }: Container): Use => {
  const { limits = {}, requests = {} } = resources
  return { requests: { ...limits, ...requests }, limits }
}

const sum = (all: readonly Amounts[]): Amounts => {
  const total = new Map<string, { amount: bigint; like: Amount }>()
  for (const amounts of all)
    for (const [name, amount] of Object.entries(amounts)) {
      const before = total.get(name) ?? { amount: 0n, like: amount }
      total.set(name, { ...before, amount: before.amount + parseQuantity(amount) })
    }
  return Object.fromEntries(
    [...total].map(([name, { amount, like }]) => [name, formatQuantity(amount, formatOf(like))]),
  )
}

const wrongWithPod = (pod: Manifest, items: readonly Item[]): readonly string[] => {
  const { containers, initContainers = [] } = pod.spec as PodSpec // it is one
  const uses = containers.map(useOf)
  const whole = { requests: sum(uses.map(({ requests }) => requests)), limits: sum(uses.map(({ limits }) => limits)) }
  return items.flatMap((item) => {
    if (item.type === 'Container')
      return [...uses, ...initContainers.map(useOf)].flatMap((use) => [...beyond(item, use)])
    return item.type === 'Pod' ? [...beyond(item, whole)] : []
  })
}

const refuse = ({ resource, name }: Parameters<Step>[0], wrong: readonly string[]) =>
  refusal.forbidden(resource, name, wrong.length === 1 ? String(wrong[0]) : `[${wrong.join(', ')}]`)

/** A new Pod has what the LimitRanges of its namespace give who does not say, and keeps within them. */
export const podLimits =
  (objects: Objects): Step =>
  (request) => {
    const { operation, namespace = '', manifest } = request
    const items = operation === 'CREATE' ? itemsOf(objects, namespace) : []
    if (items.length === 0) return manifest
    const whole = withDefaults(manifest, items)
    const wrong = wrongWithPod(whole, items)
    if (wrong.length > 0) throw refuse(request, wrong)
    return whole
  }

/** A claim keeps within them. */
export const claimLimits =
  (objects: Objects): Step =>
  (request) => {
    const { operation, namespace = '', manifest } = request
    const items = operation === 'DELETE' ? [] : itemsOf(objects, namespace)
    const requests = readKeys(manifest, ['spec', 'resources', 'requests'])
    const use = { requests: isObject(requests) ? (requests as Amounts) : {}, limits: {} } // by the schema
    const wrong = items.flatMap((item) => (item.type === 'PersistentVolumeClaim' ? [...beyond(item, use)] : []))
    if (wrong.length > 0) throw refuse(request, wrong)
    return manifest
  }
