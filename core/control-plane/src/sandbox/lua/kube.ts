import { addQuantities, type Manifest, parseQuantity, pods } from '@flotilla/sdk'

/** What a function gets from a script, and what it gives back. */
export type HostFunction = (args: readonly unknown[]) => unknown

const typeOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'nil'
  return typeof value === 'object' ? 'table' : typeof value
}

const wrong = (position: number, name: string, expected: string, value: unknown): Error =>
  new Error(`bad argument #${position} to ${name} (${expected} expected, got ${typeOf(value)})`)

function quantity(value: unknown, position: number, name: string): string {
  if (value === null || value === undefined) return '0'
  if (typeof value !== 'string') throw wrong(position, name, 'string', value)
  return value
}

/** Without its empty fields: a script has one word for `{}` and `[]`. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value
  const isFilled = (field: unknown) => typeof field !== 'object' || field === null || Object.keys(field).length > 0
  const fields = Object.entries(value).flatMap(([name, field]) => (isFilled(field) ? [[name, filled(field)]] : []))
  return Object.fromEntries(fields)
}

function template(value: unknown, name: string): pods.PodTemplate {
  if (typeof value !== 'object' || value === null) throw wrong(1, name, 'table', value)
  return filled(value) as pods.PodTemplate // what is not of this shape fails, and the script hears of it
}

/** Parts of a float64: the amount a quantity stands for. */
function amount(text: string): number {
  const milli = parseQuantity(text)
  if (milli < 0n) throw new Error(`the quantity ${text} is negative`)
  return Number(milli) / 1000
}

/** The functions of `require("kube")`: what the interpreters of Flotilla know of pods and quantities. */
export const kube: Readonly<Record<string, HostFunction>> = {
  resourceAdd: (args) =>
    args
      .map((value, at) => quantity(value, at + 1, 'resourceAdd'))
      .reduce((sum, each) => addQuantities(sum, each), '0'),
  accuratePodRequirements: ([value]) => {
    const { requirements } = pods.needs(0, template(value, 'accuratePodRequirements').spec)
    return requirements ?? null
  },
  getPodDependencies: ([value, namespace]) => {
    if (namespace !== null && namespace !== undefined && typeof namespace !== 'string')
      throw wrong(2, 'getPodDependencies', 'string', namespace)
    const owner: Manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '', namespace: namespace || 'default' } }
    return pods.podDependencies(owner, template(value, 'getPodDependencies').spec)
  },
  getResourceQuantity: ([value]) => amount(quantity(value, 1, 'getResourceQuantity')),
}
