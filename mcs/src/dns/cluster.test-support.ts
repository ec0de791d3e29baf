import { type Change, keyOf, keyText, type Metrics, type Store } from '@flotilla/sdk'
import { type ImportFacts, importFacts, type ServiceFacts, type SliceFacts, serviceFacts, sliceFacts } from './facts.ts'
import { keepZone, ServiceZone } from './zone.ts'

type Named = { readonly metadata: { readonly name: string; readonly namespace?: string } }

/** A store that a test writes into. */
function handStore<T extends Named>() {
  const objects = new Map<string, T>()
  const listeners = new Set<(change: Change<T>) => void>()
  const tell = (change: Change<T>) => {
    for (const listener of listeners) listener(change)
  }
  const store: Store<T> = {
    get: (key) => objects.get(keyText(key)),
    list: () => [...objects.values()],
    by: (index, value) => [...objects.values()].filter((object) => [...index.values(object)].includes(value)),
    synced: Promise.resolve(),
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const put = (after: T) => {
    const before = objects.get(keyText(keyOf(after)))
    objects.set(keyText(keyOf(after)), after)
    tell(before ? { before, after } : { after })
  }
  const remove = (key: Named['metadata']) => {
    const before = objects.get(keyText(key))
    objects.delete(keyText(key))
    if (before) tell({ before })
  }
  return { ...store, put, remove }
}

export const noMetrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined, forget: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
}

const namespace = 'shop'

export const serviceImport = (name: string, spec: object) => ({ metadata: { name, namespace }, spec })

export interface SliceOptions {
  readonly cluster?: string
  readonly endpoints: readonly object[]
  readonly ports?: readonly object[]
  readonly addressType?: string
}

export const slice = (service: string, name: string, { cluster, endpoints, ports = [] }: SliceOptions) => ({
  metadata: {
    name,
    namespace,
    labels: {
      'multicluster.kubernetes.io/service-name': service,
      ...(cluster && { 'multicluster.kubernetes.io/source-cluster': cluster }),
    },
  },
  endpoints,
  ports,
})

/** A cluster as its API server would show it, and the zone that is kept of it. */
export function cluster(topologyZone?: string) {
  const imports = handStore<ImportFacts>()
  const slices = handStore<SliceFacts>()
  const services = handStore<ServiceFacts>()
  const options = {
    domain: 'clusterset.local',
    ttl: 5,
    negativeTtl: 7,
    now: () => new Date(1_800_000_000_000),
    ...(topologyZone && { topologyZone }),
  }
  const zone = new ServiceZone(options)
  void keepZone(zone, { imports, slices, services }, { ...options, metrics: noMetrics })
  return {
    zone,
    import: (object: object) => imports.put(importFacts(object)),
    slice: (object: object) => slices.put(sliceFacts(object)),
    service: (object: object) => services.put(serviceFacts(object)),
    removeImport: (name: string) => imports.remove({ name, namespace }),
    removeSlice: (name: string) => slices.remove({ name, namespace }),
    /** Resolves when the zone has what was put. */
    settled: () => Promise.resolve().then(() => undefined),
  }
}

/** Two Services: `web` with addresses of its own, `db` with those of its endpoints in two clusters. */
export function shop() {
  const made = cluster()
  made.import(
    serviceImport('web', {
      type: 'ClusterSetIP',
      ips: ['10.1.0.1', 'fd00::1'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }, { port: 81 }],
    }),
  )
  made.import(serviceImport('db', { type: 'Headless', ports: [{ name: 'sql', port: 5432 }] }))
  const ports = [{ name: 'sql', protocol: 'TCP', port: 5432 }]
  made.slice(
    slice('db', 'db-paris', {
      cluster: 'Paris',
      ports,
      endpoints: [
        { addresses: ['10.2.0.1'], hostname: 'db-0', conditions: { ready: true } },
        { addresses: ['10.2.0.2'], hostname: 'db-1', conditions: { ready: false } },
      ],
    }),
  )
  made.slice(slice('db', 'db-oslo', { cluster: 'oslo', ports, endpoints: [{ addresses: ['10.3.0.1'] }] }))
  return made
}
