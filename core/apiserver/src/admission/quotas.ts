import { type Manifest, parseQuantity } from '@flotilla/sdk'
import { isObject, readKeys } from '../registry/json-path.ts'
import { idOf } from '../registry/registry.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { Call } from '../target.ts'
import { type Amount, isScoped, minus, plus, scopesOf, textOf, type Usage, unsaid, usageOf } from './usage.ts'

const quotas = 'resourcequotas'

const nothing: Usage = new Map()

type Amounts = Readonly<Record<string, string | number>>

/** What a quota allows: as whoever counts has understood it, or as it says where the server counts itself. */
const hardOf = (quota: Manifest, counts: boolean): Amounts => {
  const found = readKeys(quota, [counts ? 'spec' : 'status', 'hard'])
  return isObject(found) ? (found as Amounts) : {} // by the schema
}

/** The resource that what a quota calls a name is counted of. */
const resourceOf = (name: string): string => {
  if (name.startsWith('count/')) return name.slice('count/'.length)
  if (/(?:^|\.)storageclass\.storage\.k8s\.io\/|^requests\.storage$|^persistentvolumeclaims$/.test(name))
    return 'persistentvolumeclaims'
  if (name.startsWith('services')) return 'services'
  return /^(?:secrets|configmaps|replicationcontrollers|resourcequotas)$/.test(name) ? name : 'pods'
}

/** What is used of a quota, by objects in their newest state. */
export const usedOf = (objects: Objects, quota: Manifest, hard: Amounts): Usage => {
  const scopes = scopesOf(quota)
  let used = nothing
  for (const id of new Set(Object.keys(hard).map(resourceOf))) {
    const [plural = '', ...group] = id.split('.')
    for (const object of objects.listNewest(id, quota.metadata.namespace ?? ''))
      if (isScoped(id, object, scopes)) used = plus(used, usageOf({ plural, group: group.join('.') }, object))
  }
  return new Map([...used].filter(([name]) => Object.hasOwn(hard, name)))
}

const zero = (like: string | number): Amount => ({ milli: 0n, like })

const listed = (names: readonly string[], amountOf: (name: string) => string): string =>
  names.map((name) => `${name}=${amountOf(name)}`).join(',')

const asAmount = (like: string | number): Amount => ({ milli: parseQuantity(like), like })

/** Throws 403 for a write that would use more of a quota than there is. Sees what is on its way to the disk, too. */
export class Quotas {
  readonly #objects: Objects
  readonly #counts: boolean

  constructor(objects: Objects, counts: boolean) {
    this.#objects = objects
    this.#counts = counts
  }

  check({ served, namespace, subresource }: Call, object: Manifest, before?: Manifest): void {
    if (namespace === undefined || subresource) return
    if (before && served.id === 'pods') return
    for (const quota of this.#objects.list(quotas, namespace)) {
      const hard = hardOf(quota, this.#counts)
      const id = idOf(served)
      if (!isScoped(id, object, scopesOf(quota))) continue
      const asked = minus(usageOf(served, object), before ? usageOf(served, before) : nothing)
      const more = new Map([...asked].filter(([name, { milli }]) => Object.hasOwn(hard, name) && milli > 0n))
      const why = this.#silence(id, object, quota, hard) || this.#excess(quota, hard, more)
      if (why) throw refusal.forbidden(served, object.metadata.name, why)
    }
  }

  #silence(id: string, object: Manifest, { metadata }: Manifest, hard: Amounts): string | undefined {
    const missing = id === 'pods' ? unsaid(object, Object.keys(hard)) : ''
    return missing && `failed quota: ${metadata.name}: must specify ${missing}`
  }

  #excess(quota: Manifest, hard: Amounts, more: Usage): string | undefined {
    if (more.size === 0) return undefined
    const used = usedOf(this.#objects, quota, hard)
    const limit = (name: string): Amount => asAmount(hard[name] ?? '0')
    const usedOfName = (name: string): Amount => used.get(name) ?? zero('0')
    const over = [...more.keys()]
      .filter((name) => usedOfName(name).milli + (more.get(name)?.milli ?? 0n) > limit(name).milli)
      .toSorted()
    if (over.length === 0) return undefined
    const requested = listed(over, (name) => textOf(more.get(name) ?? zero('0')))
    const taken = listed(over, (name) => textOf(usedOfName(name)))
    const limited = listed(over, (name) => textOf(limit(name)))
    return `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${taken}, limited: ${limited}`
  }
}
