import {
  type Field,
  type Format,
  formatOf,
  formatQuantity,
  isFields,
  labelKey,
  named,
  type Problems,
  parseQuantity,
  quantityText,
  type ResourceList,
} from '@flotilla/sdk'

/** What is counted in whole objects. */
const counted: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])

/** What is measured. */
const measured: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
])

/** A resource a quota can limit. Those of others have a domain: `requests.example.com/gpu`, `count/deployments.apps`. */
const quotaResource: Format = (name) => {
  const wrong = labelKey(name)
  if (wrong || name.includes('/') || counted.has(name) || measured.has(name)) return wrong
  return /^(requests\.)?hugepages-/.test(name)
    ? undefined
    : 'must be a resource quotas know, such as "requests.cpu" or "pods", or have a domain, such as "requests.example.com/gpu"'
}

const isCounted = (resource: string): boolean => counted.has(resource) || resource.startsWith('count/')

/** Thousandths of an amount; undefined when it is none. */
export const amountOf = (quantity: unknown): bigint | undefined =>
  (typeof quantity === 'string' || typeof quantity === 'number') && quantityText(String(quantity)) === undefined
    ? parseQuantity(quantity)
    : undefined

/** Resources no quota can limit, and amounts that are none. */
export function* amountProblems(list: Field<ResourceList | undefined>): Problems {
  for (const [resource, quantity] of list.entries()) {
    yield* named(resource, quotaResource)
    const amount = amountOf(quantity.value)
    if (amount === undefined) yield quantity.invalid('must be a quantity, such as "500m" or "1Gi"')
    else if (amount < 0n) yield quantity.invalid('must not be negative')
    else if (isCounted(resource.value) && amount % 1000n !== 0n) yield quantity.invalid('must be a whole number')
  }
}

/** Amounts by resource, in thousandths. */
export type Amounts = ReadonlyMap<string, bigint>

/** What a pod asks for that counts against a resource: `requests.cpu` is another name of `cpu`. */
export const requestOf = (resource: string): string =>
  resource.startsWith('requests.') ? resource.slice('requests.'.length) : resource

const asked: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods'])

/** Whether bindings say how much of a resource they use; of others only clusters can say it. */
export function isAsked(resource: string): boolean {
  const request = requestOf(resource)
  if (isCounted(resource)) return resource === 'pods'
  return asked.has(request) || request.startsWith('hugepages-') || (request.includes('/') && !isOfClass(request))
}

/** Storage of a class is asked for by volumes: no binding counts it. */
const isOfClass = (request: string): boolean => request.includes('.storageclass.storage.k8s.io/')

/** A list as amounts; what cannot be read is left out. */
export function amountsOf(list: unknown): Amounts {
  const amounts = new Map<string, bigint>()
  if (!isFields(list)) return amounts
  for (const [resource, quantity] of Object.entries(list)) {
    const amount = amountOf(quantity)
    if (amount !== undefined) amounts.set(resource, amount)
  }
  return amounts
}

/** Amounts as the list that is written, each as `like` writes it. */
export const listOf = (amounts: Amounts, like: ResourceList): ResourceList =>
  Object.fromEntries([...amounts].map(([resource, amount]) => [resource, quantityOf(amount, like[resource])]))

/** An amount as somebody else writes it. */
export const quantityOf = (amount: bigint, like: string | number = ''): string => formatQuantity(amount, formatOf(like))
