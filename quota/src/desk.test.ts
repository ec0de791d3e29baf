import assert from 'node:assert/strict'
import { test } from 'node:test'
import { federatedResourceQuotaKind, keyOf } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { amountsOf } from './amounts.ts'
import { Desk } from './desk.ts'
import { claimOf, rulesOf } from './enforce.ts'
import { app, quota } from './objects.test-support.ts'

test('two desks whose caches never hear of each other do not give away the same', async () => {
  const host = fakeHost({ objects: [quota({ status: { overallUsed: { cpu: '0' } } })] })
  const old = host.store(federatedResourceQuotaKind).get(keyOf(quota()))
  const desks = [1, 2].map(
    () =>
      new Desk({
        client: host.client,
        kind: federatedResourceQuotaKind,
        key: keyOf(quota()),
        cached: () => old,
        rules: rulesOf(({ status }) => amountsOf(status?.overallUsed)),
        now: host.now,
        signal: host.signal,
      }),
  )
  const excesses = await Promise.all(
    Array.from({ length: 100 }, (_, i) => {
      const name = `web-${i}`
      return desks[i % 2]?.settle(claimOf(quota(), app(name, { clusters: { a: 1 } }), app(name)))
    }),
  )
  assert.equal(excesses.filter((excess) => excess === undefined).length, 10)
  assert.equal(host.store(federatedResourceQuotaKind).get(keyOf(quota()))?.status?.overallUsed?.cpu, '10')
})
