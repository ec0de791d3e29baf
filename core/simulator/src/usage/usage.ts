import { parseQuantity } from '@flotilla/sdk'
import type { Container, ContainerStatus, Pod } from '../api/pod.ts'
import type { Resource, Script } from './script.ts'

/** In thousandths of a core, or of a byte. */
export type Usage = Readonly<Record<Resource, number>>

export interface ContainerUsage {
  readonly name: string
  readonly usage: Usage
}

/** What a container uses that does not say what it needs: 10m, 16Mi. */
const little: Usage = { cpu: 10, memory: 16 * 2 ** 20 * 1000 }

const milli = (quantity: string | number | undefined): number | undefined =>
  quantity === undefined ? undefined : Number(parseQuantity(quantity))

/** What a container asks for; undefined when it does not say. Who has a limit alone asks for that. */
export const requestOf = ({ resources: { requests = {}, limits = {} } = {} }: Container, resource: Resource) =>
  milli(requests[resource] ?? limits[resource])

const isRunning = ({ state }: ContainerStatus): boolean => 'running' in state

/** The containers of a pod of which there is something to measure. */
export function running({ spec, status }: Pod): readonly Container[] {
  const names = new Set(status?.containerStatuses?.filter(isRunning).map(({ name }) => name))
  return spec.containers.filter(({ name }) => names.has(name))
}

/** One part of what a pod uses, or all pods of its workload; or a share of what is asked for. */
function wanted(container: Container, resource: Resource, script: Script, parts: number): number {
  if ('each' in script) return script.each / parts
  if ('together' in script) return script.together / parts
  const asked = requestOf(container, resource)
  return asked === undefined ? little[resource] : asked * script.share
}

/** What each running container of a pod uses, no more than its limit. `sharers`: how many pods a sum is divided among. */
export function usageOf(
  pod: Pod,
  scripts: Readonly<Record<Resource, Script>>,
  sharers: () => number,
): readonly ContainerUsage[] {
  const containers = running(pod)
  const used = (container: Container, resource: Resource): number => {
    const script = scripts[resource]
    const parts = containers.length * ('together' in script ? sharers() : 1)
    const most = milli(container.resources?.limits?.[resource]) ?? Number.POSITIVE_INFINITY
    return Math.round(Math.min(wanted(container, resource, script, parts), most))
  }
  return containers.map((container) => ({
    name: container.name,
    usage: { cpu: used(container, 'cpu'), memory: used(container, 'memory') },
  }))
}

const nothing: Usage = { cpu: 0, memory: 0 }

export const sum = (all: readonly Usage[]): Usage =>
  all.reduce((a, b) => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory }), nothing)
