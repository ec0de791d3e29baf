import {
  again,
  type Change,
  type Controller,
  deepEqual,
  done,
  type Index,
  type Key,
  keyOf,
  keyText,
  type Outcome,
} from '@flotilla/sdk'
import { AddressPool } from '../address-pool.ts'
import { type Pod, podKind } from '../api/pod.ts'
import { type EndpointSlice, endpointSliceKind, type Service, serviceKind } from '../api/service.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { numberOf } from '../names.ts'
import { isAtRest } from '../pod/condition.ts'
import { Settling } from '../settling.ts'
import { missingAddresses, type Supply } from './addresses.ts'
import { endpointSlices, managedByLabel, manager, serviceLabel } from './endpoints.ts'
import { podsBehind, servicesBefore } from './selection.ts'

const byService: Index<EndpointSlice> = {
  name: 'service',
  values: ({ metadata: { namespace = '', labels = {} } }) =>
    labels[managedByLabel] === manager ? [keyText({ namespace, name: labels[serviceLabel] ?? '' })] : [],
}

const firstNodePort = 30_000
const nodePorts = 2_768

/** Node ports nobody has, in turn; which are taken is read from the services. */
function nodePortSupply(services: Cached<Service>['store']): () => number {
  let next = 0
  return () => {
    const taken = new Set(services.list().flatMap(({ spec }) => spec.ports?.map(({ nodePort }) => nodePort) ?? []))
    for (let tries = 0; tries < nodePorts; tries++) {
      const port = firstNodePort + (next++ % nodePorts)
      if (!taken.has(port)) return port
    }
    throw new Error('all node ports are taken')
  }
}

const isExposed = ({ status }: Service): boolean => (status?.loadBalancer?.ingress?.length ?? 0) > 0

/** Gives services their addresses, and keeps the slices of those behind them. */
export function serviceController(machine: Machine): Controller {
  const { controller, cluster, pods, nodes } = machine
  const services = new Cached(machine, serviceKind)
  const slices = new Cached(machine, endpointSliceKind)
  const settling = new Settling()
  const number = numberOf(cluster, 64)
  const inside = new AddressPool(`10.${64 + number}`)
  const outside = new AddressPool(`198.${18 + (number % 2)}`)
  inside.follow(services.store, ({ spec: { clusterIP } }) => (clusterIP === 'None' ? undefined : clusterIP))
  outside.follow(services.store, ({ status }) => status?.loadBalancer?.ingress?.[0]?.ip)
  const supply: Supply = { address: () => inside.take(), nodePort: nodePortSupply(services.store) }

  const servicesOf = ({ before, after }: Change<Pod>): readonly Key[] =>
    [before, after].flatMap((pod) => (pod ? servicesBefore(services.store, pod).map(keyOf) : []))

  async function address(service: Service): Promise<void> {
    const spec = missingAddresses(service, supply)
    if (spec) await services.patch(service, { spec })
    if (service.spec.type !== 'LoadBalancer' || isExposed(service)) return
    await services.setStatus(service, { ...service.status, loadBalancer: { ingress: [{ ip: outside.take() }] } })
  }

  async function keep(slice: EndpointSlice): Promise<void> {
    const before = slices.store.get(keyOf(slice))
    if (!before) await slices.create(slice)
    else if (!deepEqual(before.endpoints, slice.endpoints) || !deepEqual(before.ports, slice.ports)) {
      await slices.patch(before, { endpoints: slice.endpoints, ports: slice.ports })
    }
  }

  async function publish(service: Service): Promise<void> {
    const wanted = endpointSlices(service, podsBehind(pods.store, service), (name) => nodes.store.get({ name }))
    for (const slice of wanted) await keep(slice)
    const names = new Set(wanted.map(({ metadata }) => metadata.name))
    for (const slice of slices.store.by(byService, keyText(keyOf(service)))) {
      if (!names.has(slice.metadata.name)) await slices.delete(slice)
    }
  }

  async function keepAll(service: Service, text: string): Promise<Outcome> {
    await address(service)
    const wait = settling.wait(text, podsBehind(pods.store, service).every(isAtRest))
    if (wait > 0) return again(wait)
    await publish(service)
    return done
  }

  return controller('service').for(serviceKind).watches(podKind, servicesOf).reconcile(settling.whileThere(keepAll))
}
