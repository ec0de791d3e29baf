import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServedKind } from '@flotilla/kube'
import type { Control } from './control.ts'
import { kindNamed } from './kind.ts'

const served = (apiVersion: string, kind: string, plural: string, ...shortNames: readonly string[]): ServedKind => ({
  apiVersion,
  kind,
  plural,
  scope: 'Namespaced',
  verbs: [],
  shortNames,
})
const kinds = [
  served('v1', 'Event', 'events', 'ev'),
  served('apps/v1', 'Deployment', 'deployments', 'deploy'),
  served('events.k8s.io/v1', 'Event', 'events', 'ev'),
]
const control = { discovery: { kinds: async () => kinds } } as unknown as Control // nothing else is asked

for (const name of ['deployments', 'deployment', 'Deployment', 'deploy', 'deployments.apps', 'deployment.apps']) {
  test(`a person who says ${name} means Deployments`, async () => {
    assert.equal((await kindNamed(control, name)).plural, 'deployments')
  })
}

test('of several kinds of a name the first is meant, or the one whose group is said', async () => {
  assert.equal((await kindNamed(control, 'ev')).apiVersion, 'v1')
  assert.equal((await kindNamed(control, 'events.events.k8s.io')).apiVersion, 'events.k8s.io/v1')
})

test('a type that is none is named', async () => {
  await assert.rejects(kindNamed(control, 'boats'), /no resource type "boats"/)
})
