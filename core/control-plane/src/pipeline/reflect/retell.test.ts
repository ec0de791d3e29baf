import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { type MemberEvent, retell } from './retell.ts'

const web = (kind: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web', namespace: 'shop', annotations: { 'resourcetemplate.karmada.io/uid': 'u1' } },
})

const eventOn = (involved: string, type = 'Warning'): MemberEvent => {
  const [kind = '', name = ''] = involved.split(' ')
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'shop' },
    involvedObject: { kind, namespace: 'shop', name },
    type,
    reason: 'Why',
    message: 'so it is',
  }
}

/** What is told in a cluster where there is a workload `web` of a kind. */
const told = (kind: string, event: MemberEvent) =>
  retell(event, 'member1', (named) =>
    named.kind === kind && named.name === 'web' && named.namespace === 'shop' ? web(kind) : undefined,
  )

const cases: readonly [involved: string, kind: string, message: string | undefined][] = [
  ['Deployment web', 'Deployment', '[member1] so it is'],
  ['ReplicaSet web-5d4f7c9b88', 'Deployment', '[member1] ReplicaSet web-5d4f7c9b88: so it is'],
  ['Pod web-5d4f7c9b88-x2k4q', 'Deployment', '[member1] Pod web-5d4f7c9b88-x2k4q: so it is'],
  ['Pod web-x2k4q', 'ReplicaSet', '[member1] Pod web-x2k4q: so it is'],
  ['Pod web-x2k4q', 'DaemonSet', '[member1] Pod web-x2k4q: so it is'],
  ['Pod web-x2k4q', 'Job', '[member1] Pod web-x2k4q: so it is'],
  ['Pod web-3-x2k4q', 'Job', '[member1] Pod web-3-x2k4q: so it is'],
  ['Pod web-28934510-x2k4q', 'CronJob', '[member1] Pod web-28934510-x2k4q: so it is'],
  ['Job web-28934510', 'CronJob', '[member1] Job web-28934510: so it is'],
  ['Pod web-0', 'StatefulSet', '[member1] Pod web-0: so it is'],
  ['Pod web', 'Pod', '[member1] so it is'],
  ['Pod web-api-x2k4q', 'Deployment', undefined],
  ['Pod web-5d4f7c9b88-alien', 'Deployment', undefined],
  ['Pod web', 'Deployment', undefined],
  ['Node web', 'Deployment', undefined],
]
for (const [involved, kind, message] of cases)
  test(`of a ${involved} is ${message ? '' : 'not '}told on a ${kind}`, () => {
    const about = { apiVersion: 'apps/v1', kind, metadata: { name: 'web', namespace: 'shop', uid: 'u1' } }
    assert.deepEqual(told(kind, eventOn(involved)), message && { about, type: 'Warning', reason: 'Why', message })
  })

test('of what is well only what was propagated itself tells', () => {
  assert.equal(told('Deployment', eventOn('Deployment web', 'Normal'))?.type, 'Normal')
  assert.equal(told('Deployment', eventOn('Pod web-5d4f7c9b88-x2k4q', 'Normal')), undefined)
})
