import {
  endpointSliceKind,
  type Kind,
  type Manifest,
  multiClusterServiceKind,
  propagationPolicyKind,
  serviceExportKind,
  serviceExportV1beta1Kind,
  serviceImportKind,
  serviceKind,
  sliceLabel,
} from '@flotilla/sdk'

/** Where Services across clusters are: nobody else's objects are here. */
export const shop = 'shop'

/** By which way a Service goes is in its name: a MultiClusterService, exports in members, or what policies bring. */
export const ways = { multi: ['multi-a', 'multi-b'], own: ['own-a', 'own-b'], carried: ['carried-a'] } as const

export const services = [...ways.multi, ...ways.own, ...ways.carried]

/** Where a Service comes from, and where it is used. */
export interface Sides {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** What users said of Services across clusters. */
export class Shop {
  /** MultiClusterServices by name. */
  readonly multi = new Map<string, Sides>()
  /** Clusters whose own users export a Service, by its name. */
  readonly own = new Map<string, ReadonlySet<string>>()
  /** Services with an export and an import on the control plane, and policies that bring them. */
  readonly carried = new Map<string, Sides>()
  readonly #addresses = new Map<string, readonly string[]>()

  endpoints(cluster: string, service: string): readonly string[] {
    return this.#addresses.get(`${cluster}/${service}`) ?? []
  }

  serve(cluster: string, service: string, addresses: readonly string[]): void {
    this.#addresses.set(`${cluster}/${service}`, addresses)
  }

  exporters(service: string): ReadonlySet<string> {
    return this.own.get(service) ?? new Set()
  }

  clear(): void {
    for (const each of [this.multi, this.own, this.carried]) each.clear()
  }
}

const of = <T>({ apiVersion, kind }: Kind<T>, name: string, more: object, labels = {}): T =>
  ({ apiVersion, kind, metadata: { name, namespace: shop, labels }, ...more }) as T

/** Without a selector: whoever has endpoints for it says so. */
export const serviceAt = (name: string) => of(serviceKind, name, { spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } }) // biome-ignore format: one call

export const sliceAt = (service: string, addresses: readonly string[]) =>
  of(
    endpointSliceKind,
    `${service}-x`,
    {
      addressType: 'IPv4',
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
    { [sliceLabel.service]: service },
  )

export const multiAt = (name: string, { from, to }: Sides) =>
  of(multiClusterServiceKind, name, {
    spec: {
      types: ['CrossCluster'],
      providerClusters: from.map((name) => ({ name })),
      consumerClusters: to.map((name) => ({ name })),
    },
  })

export const ownExport = (name: string) => of(serviceExportV1beta1Kind, name, {})

const bringing = (name: string, clusterNames: readonly string[], ...what: readonly Kind<never>[]) =>
  of(propagationPolicyKind, name, {
    spec: {
      resourceSelectors: what.map(({ apiVersion, kind }) => ({
        apiVersion,
        kind,
        name: name.replace(/-(out|in)$/, ''),
      })),
      placement: { clusterAffinity: { clusterNames } },
    },
  })

/** What a user writes for policies to bring a Service from some clusters to others, by kind. */
export const carriedAt = (name: string, { from, to }: Sides): readonly (readonly [Kind<Manifest>, Manifest])[] => {
  const kinds = [serviceKind, serviceExportKind, serviceImportKind] as readonly unknown[] as readonly Kind<never>[]
  const [service, exported, imported] = kinds as [Kind<never>, Kind<never>, Kind<never>]
  const spec = { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }
  return [
    [service, serviceAt(name)],
    [exported, of(serviceExportKind, name, {})],
    [imported, of(serviceImportKind, name, { spec })],
    [propagationPolicyKind, bringing(`${name}-out`, from, service, exported)],
    [propagationPolicyKind, bringing(`${name}-in`, to, imported)],
  ] as readonly (readonly [Kind<never>, Manifest])[]
}
