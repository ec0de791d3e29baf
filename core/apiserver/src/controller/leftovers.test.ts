import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { startServer } from '../testing/server.ts'
import { bootstrapTokens, events, type Passing, signingRequests } from './leftovers.ts'

const now = new Date('2026-05-01T12:00:00Z')
const at = (minutes: number): string => new Date(now.getTime() + minutes * 60_000).toISOString()

const event = (more: object): Manifest => ({ apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, ...more })

const token = (type: string, expiration: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
  type,
  data: { expiration: Buffer.from(expiration).toString('base64') },
})

const request = (type: string, minutes: number, certificate?: string): Manifest => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'r', creationTimestamp: at(minutes) },
  status: {
    ...(type && { conditions: [{ type, status: 'True', lastTransitionTime: at(minutes) }] }),
    ...(certificate && { certificate }),
  },
})

const rows: readonly (readonly [what: string, kind: Passing, object: Manifest, over: boolean])[] = [
  ['an event seen within the hour', events, event({ lastTimestamp: at(-59) }), false],
  ['an event last seen before', events, event({ lastTimestamp: at(-61) }), true],
  ['an event whose series goes on', events, event({ eventTime: at(-90), series: { lastObservedTime: at(-1) } }), false],
  ['an event of the new kind', events, event({ eventTime: at(-61) }), true],
  ['a token that is good yet', bootstrapTokens, token('bootstrap.kubernetes.io/token', at(1)), false],
  ['a token that is not', bootstrapTokens, token('bootstrap.kubernetes.io/token', at(-1)), true],
  ['a secret that only looks like one', bootstrapTokens, token('Opaque', at(-1)), false],
  ['a request nobody decides on', signingRequests, request('', -23 * 60), false],
  ['for a day', signingRequests, request('', -25 * 60), true],
  ['a request that was denied', signingRequests, request('Denied', -61), true],
  ['a moment ago', signingRequests, request('Denied', -1), false],
  ['a request that failed', signingRequests, request('Failed', -61), true],
  ['a certificate nobody fetched in an hour', signingRequests, request('Approved', -61, 'UEVN'), true],
  ['an approved request that is not signed yet', signingRequests, request('Approved', -61), false],
]

for (const [what, kind, object, over] of rows)
  test(`${what} ${over ? 'goes' : 'stays'}`, () => assert.equal(kind.isOver(object, now), over))

test('what is over goes within a minute', async (context) => {
  context.after(() => mock.timers.reset())
  mock.timers.enable({ apis: ['setInterval'] })
  const api = await startServer({})
  const path = '/api/v1/namespaces/default/events'
  const seen = (name: string, lastTimestamp: string) =>
    api.ask('POST', path, {
      ...event({ lastTimestamp, firstTimestamp: lastTimestamp, involvedObject: { namespace: 'default' } }),
      metadata: { name },
    })
  assert.equal((await seen('old', '2020-01-01T00:00:00Z')).code, 201)
  assert.equal((await seen('new', new Date().toISOString())).code, 201)
  const watch = await api.watch(path)
  assert.deepEqual((await watch.next(2)).toSorted(), ['ADDED new', 'ADDED old'])
  mock.timers.tick(60_000)
  assert.deepEqual(await watch.next(1), ['DELETED old'])
  await watch.end()
  await api.close()
})
