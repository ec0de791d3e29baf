import {
  endpointSliceKind,
  type Kind,
  keyOf,
  type Manifest,
  multiClusterServiceKind,
  serviceExportV1beta1Kind,
  serviceKind,
} from '@flotilla/sdk'
import fc from 'fast-check'
import { type Command, command } from './command.ts'
import { put } from './hands.ts'
import { carriedAt, multiAt, ownExport, type Sides, serviceAt, services, shop, sliceAt, ways } from './shop.ts'
import { clusters } from './universe.ts'

const cluster = fc.constantFrom(...clusters)

const sides: fc.Arbitrary<Sides> = fc.record({
  from: fc.subarray([...clusters], { minLength: 1 }),
  to: fc.subarray([...clusters], { minLength: 1 }),
})

const asAny = <T>(kind: Kind<T>): Kind<Manifest> => kind as unknown as Kind<Manifest> // put and delete look at metadata alone

const words = ({ from, to }: Sides): string => `from ${from.join('+')} to ${to.join('+')}`

/** A cluster's own endpoints come and go. */
const serve = fc
  .record({ name: cluster, service: fc.constantFrom(...services), count: fc.integer({ min: 0, max: 3 }) })
  .map(({ name, service, count }) =>
    command({
      words: `${name} has ${count} endpoints of ${service}`,
      async run(model, world) {
        const [host, revision] = [1 + clusters.indexOf(name), model.next() % 250]
        const addresses = Array.from({ length: count }, (_, index) => `10.${host}.${revision}.${index + 1}`)
        await put(world.site(name).client, asAny(endpointSliceKind), sliceAt(service, addresses))
        model.shop.serve(name, service, addresses)
      },
    }),
  )

const provide = fc.record({ name: fc.constantFrom(...ways.multi), said: sides }).map(({ name, said }) =>
  command({
    words: `MultiClusterService ${name} ${words(said)}`,
    async run(model, { client }) {
      await put(client, asAny(serviceKind), serviceAt(name))
      await put(client, asAny(multiClusterServiceKind), multiAt(name, said))
      model.shop.multi.set(name, said)
    },
  }),
)

const withdraw = fc.constantFrom(...ways.multi).map((name) =>
  command({
    words: `delete MultiClusterService ${name}`,
    check: ({ shop }) => shop.multi.has(name),
    async run(model, { client }) {
      await client.delete(multiClusterServiceKind, { namespace: shop, name })
      await client.delete(serviceKind, { namespace: shop, name })
      model.shop.multi.delete(name)
    },
  }),
)

const offer = fc.record({ name: cluster, service: fc.constantFrom(...ways.own) }).map(({ name, service }) =>
  command({
    words: `${name} exports ${service}`,
    check: ({ shop }) => !shop.exporters(service).has(name),
    async run(model, world) {
      const { client } = world.site(name)
      await put(client, asAny(serviceKind), serviceAt(service))
      await put(client, asAny(serviceExportV1beta1Kind), ownExport(service))
      model.shop.own.set(service, new Set([...model.shop.exporters(service), name]))
    },
  }),
)

const takeBack = fc.record({ name: cluster, service: fc.constantFrom(...ways.own) }).map(({ name, service }) =>
  command({
    words: `${name} exports ${service} no more`,
    check: ({ shop }) => shop.exporters(service).has(name),
    async run(model, world) {
      await world.site(name).client.delete(serviceExportV1beta1Kind, { namespace: shop, name: service })
      model.shop.own.set(service, new Set([...model.shop.exporters(service)].filter((each) => each !== name)))
    },
  }),
)

const carry = fc.record({ name: fc.constantFrom(...ways.carried), said: sides }).map(({ name, said }) =>
  command({
    words: `policies bring ${name} ${words(said)}`,
    async run(model, { client }) {
      for (const [kind, object] of carriedAt(name, said)) await put(client, kind, object)
      model.shop.carried.set(name, said)
    },
  }),
)

const carryNoMore = fc.constantFrom(...ways.carried).map((name) =>
  command({
    words: `delete all that brings ${name}`,
    check: ({ shop }) => shop.carried.has(name),
    async run(model, { client }) {
      for (const [kind, object] of carriedAt(name, { from: [], to: [] })) await client.delete(kind, keyOf(object))
      model.shop.carried.delete(name)
    },
  }),
)

const often = <T>(count: number, arbitrary: fc.Arbitrary<T>) => Array.from({ length: count }, () => arbitrary)

/** What happens to Services across clusters. */
export const trading: readonly fc.Arbitrary<Command>[] = [
  ...often(8, serve),
  ...often(4, provide),
  ...often(2, withdraw),
  ...often(4, offer),
  ...often(2, takeBack),
  ...often(3, carry),
  carryNoMore,
]
