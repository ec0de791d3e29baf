import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Cluster } from '@flotilla/sdk'
import { cluster } from '@flotilla/sdk/testing'
import { clusterFor, isReturn, objection, registrationOf } from './registration.ts'

test('what is said of a cluster is taken for what it can be, and nothing else', () => {
  const said = {
    id: '1',
    apiEndpoint: 'https://x',
    region: 'eu',
    provider: 7,
    zones: ['a', 'b'],
    secretRef: { name: 'x' },
  }
  const registration = registrationOf(JSON.stringify(said))
  assert.deepEqual(registration, { id: '1', apiEndpoint: 'https://x', region: 'eu', zones: ['a', 'b'] })
  assert.deepEqual(clusterFor('paris', registration, 'r').spec, { syncMode: 'Pull', ...registration })
  for (const nothing of [undefined, 'null', '7', '"x"', '{', '[]', '{"zones":[1]}'])
    assert.deepEqual(registrationOf(nothing), {}, nothing)
})

const saying = (reason: string, id = '1'): Cluster => {
  const made = cluster({ name: 'paris', syncMode: 'Pull', id })
  const conditions = made.status?.conditions?.map((each) => ({ ...each, reason }))
  return { ...made, status: { conditions: conditions ?? [] } }
}
const unheard: Cluster = { ...cluster({ name: 'paris', syncMode: 'Pull', id: '1' }), status: {} }

describe('a cluster', () => {
  const cases: Readonly<Record<string, readonly [there: readonly Cluster[], says?: RegExp, name?: string]>> = {
    'that nobody knows may come': [[]],
    'among others may come': [[cluster({ name: 'rome', id: '2' })]],
    'that was registered and not heard of may be registered again': [[unheard]],
    'that was never heard of may be registered again': [[saying('ClusterStatusNeverUpdated')]],
    'that is ready is not registered again': [[saying('ClusterReady')], /there is a cluster paris/],
    'does not take the name of another one': [[{ ...unheard, spec: { ...unheard.spec, id: '2' } }], /there is a cluster paris/],
    'does not take the place of one in push mode': [[cluster({ name: 'paris', id: '1' })], /there is a cluster paris/],
    'does not join twice': [[cluster({ name: 'rome', id: '1' })], /it has joined already, as rome/],
    'has a name that can be one': [[], /would be no namespace/, 'Paris_1'],
    'has a name of some length': [[], /would be no namespace/, 'a'.repeat(49)],
  } // biome-ignore format: a table
  for (const [title, [there, says, name = 'paris']] of Object.entries(cases))
    test(title, () => {
      const found = objection(name, { id: '1' }, there)
      if (says) assert.match(found ?? '', says)
      else assert.equal(found, undefined)
    })
})

test('only an administrator knows whether a cluster that lost its agent is the one that asks', () => {
  assert.equal(isReturn('paris', { id: '1' }, [saying('ClusterStatusUnknown')]), true)
  assert.equal(isReturn('paris', { id: '2' }, [saying('ClusterStatusUnknown')]), false)
  assert.equal(isReturn('rome', { id: '1' }, [saying('ClusterStatusUnknown')]), false)
  assert.equal(isReturn('paris', { id: '1' }, [saying('ClusterReady')]), false)
})
