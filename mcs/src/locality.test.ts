import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Endpoint } from '@flotilla/sdk'
import { cluster } from '@flotilla/sdk/testing'
import { hintsFor, type Place, placeOf, placesText, prefersNear, type Source, unhinted } from './locality.ts'

const at = (name: string, region: string, ...zones: readonly string[]): Place => ({ cluster: name, region, zones })
const endpoint = (address: string, zone?: string, ready = true): Endpoint => ({
  addresses: [address],
  conditions: { ready },
  ...(zone && { zone }),
})
const from = (place: Place, ...endpoints: readonly Endpoint[]): Source => ({ place, endpoints })

/** `address: zones` of every endpoint. */
const said = (to: Place, ...sources: readonly Source[]): Readonly<Record<string, string>> => {
  const hinted = hintsFor(to, sources)
  const all = sources.flatMap(hinted) as readonly (Endpoint & { hints: { forZones: { name: string }[] } })[]
  return Object.fromEntries(all.map(({ addresses, hints }) => [addresses[0], hints.forZones.map(({ name }) => name).join(' ')])) // biome-ignore format: one call
}

const paris = at('paris', 'eu', 'eu-1', 'eu-2')

describe('who is near', () => {
  const cases: Readonly<
    Record<string, { to?: Place; sources: readonly Source[]; says: Readonly<Record<string, string>> }>
  > = {
    'the same zone before the same region before the rest': {
      sources: [
        from(at('oslo', 'eu', 'eu-1'), endpoint('same zone')),
        from(at('rome', 'eu', 'eu-9'), endpoint('same region')),
        from(at('ohio', 'us', 'us-1'), endpoint('rest')),
      ],
      says: { 'same zone': 'eu-1 eu-2', 'same region': 'eu-9 eu-2', rest: 'us-1' },
    },
    'the rest, when nobody is nearer': {
      sources: [from(at('ohio', 'us', 'us-1'), endpoint('rest'))],
      says: { rest: 'us-1 eu-1 eu-2' },
    },
    'an endpoint says better than its cluster where it is': {
      sources: [from(at('oslo', 'eu', 'eu-1', 'eu-2'), endpoint('1', 'eu-1'), endpoint('2', 'eu-2'))],
      says: { 1: 'eu-1', 2: 'eu-2' },
    },
    'one of a cluster in several zones may be in each': {
      sources: [from(at('oslo', 'eu', 'eu-1', 'eu-2'), endpoint('any'))],
      says: { any: 'eu-1 eu-2' },
    },
    'nobody is near who is not ready': {
      sources: [
        from(at('oslo', 'eu', 'eu-1'), endpoint('down', undefined, false)),
        from(at('ohio', 'us', 'us-1'), endpoint('up')),
      ],
      says: { down: 'eu-1 eu-2', up: 'us-1 eu-1 eu-2' },
    },
    'an endpoint of the cluster itself is nearer than one of another, though no region is said': {
      to: at('paris', '', 'z1', 'z2'),
      sources: [from(at('paris', '', 'z1', 'z2'), endpoint('own', 'z1')), from(at('ohio', '', 'z9'), endpoint('rest'))],
      says: { own: 'z1 z2', rest: 'z9' },
    },
    'regions that nobody said are not the same': {
      to: at('paris', '', 'z1'),
      sources: [from(at('a', '', 'z2'), endpoint('a')), from(at('b', 'eu', 'z3'), endpoint('b'))],
      says: { a: 'z2 z1', b: 'z3 z1' },
    },
    'each endpoint has a hint, else none would be heeded': {
      sources: [from(at('oslo', 'eu', 'eu-1'), endpoint('near')), from(at('rome', ''), endpoint('nowhere'))],
      says: { near: 'eu-1 eu-2', nowhere: 'rome' },
    },
    'of a consumer without zones only the same zone is known': {
      to: at('paris', 'eu'),
      sources: [from(at('oslo', 'eu', 'eu-1'), endpoint('a')), from(at('ohio', 'us', 'us-1'), endpoint('b'))],
      says: { a: 'eu-1', b: 'us-1' },
    },
    'no more zones than a slice may name': {
      to: at('vast', 'eu', ...Array.from({ length: 12 }, (_, i) => `z${i}`)),
      sources: [from(at('ohio', 'us', 'us-1'), endpoint('a'))],
      says: { a: 'us-1 z0 z1 z2 z3 z4 z5 z6' },
    },
  }
  for (const [name, { to = paris, sources, says }] of Object.entries(cases))
    test(name, () => assert.deepEqual(said(to, ...sources), says))
})

test('hints of another cluster are not brought along', () => {
  const [old] = [{ ...endpoint('a', 'eu-1'), hints: { forZones: [{ name: 'x' }], forNodes: [{ name: 'n' }] } }]
  assert.ok(old)
  const slice = { addressType: 'IPv4', endpoints: [old] }
  assert.deepEqual(unhinted(slice), { addressType: 'IPv4', endpoints: [endpoint('a', 'eu-1')] })
  assert.equal(unhinted(slice), unhinted(slice), 'made once')
  const plain = { addressType: 'IPv4', endpoints: [endpoint('a')] }
  assert.equal(unhinted(plain), plain)
  assert.deepEqual(said(paris, from(at('oslo', 'eu'), old)), { a: 'eu-1 eu-2' })
})

test('a cluster is where it says: in its zones that a node can be labelled with', () => {
  const { spec, ...rest } = cluster({ name: 'paris', region: 'eu', zones: ['eu-1', 'not a zone', ''] })
  assert.deepEqual(placeOf({ ...rest, spec: { ...spec, zone: 'eu-2' } }), paris)
  assert.deepEqual(placeOf(cluster({ name: 'bare' })), at('bare', ''))
})

test('only a Service that says so is to be reached near by', () => {
  const asked = ['PreferClose', 'PreferSameZone', 'PreferSameNode', 'PreferElsewhere', '', undefined]
  assert.deepEqual(asked.map(prefersNear), [true, true, true, false, false, false])
})

test('another number of endpoints is no other place', () => {
  assert.equal(placesText([endpoint('a', 'z1'), endpoint('b', 'z1')]), placesText([endpoint('a', 'z1')]))
  assert.notEqual(placesText([endpoint('a', 'z1')]), placesText([endpoint('a', 'z1', false)]))
})
