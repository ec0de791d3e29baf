import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze, type Extension, interpret, type Manifest, on, Registry, type Work } from '@flotilla/sdk'
import { type Observed, reflect } from './reflect.ts'

const web: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } }
const role: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }

const work: Work = {
  apiVersion: 'work.karmada.io/v1alpha1',
  kind: 'Work',
  metadata: { name: 'web-x', namespace: 'karmada-es-member1' },
  spec: { workload: { manifests: [web, role] } },
}

const webId = {
  ordinal: 0,
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: '',
  namespace: 'default',
  name: 'web',
}
/** What the Work said before. */
const said = { identifier: webId, status: { replicas: 1 }, health: 'Unhealthy' } as const

const roleId = { ordinal: 1, version: 'v1', kind: 'Namespace', resource: '', name: 'team' }

const asked = (observed: readonly Observed[], ...extensions: readonly Extension[]) => {
  const registry = new Registry()
  for (const extension of extensions) registry.add(extension)
  return reflect(registry.ask, deepFreeze({ work: { ...work, status: { manifestStatuses: [said] } }, observed }))
}

test('the whole status is collected, and everything is healthy, when nobody says otherwise', async () => {
  const { manifestStatuses } = await asked([{ ...web, status: { replicas: 2 } }, role])
  assert.deepEqual(manifestStatuses, [
    { identifier: webId, status: { replicas: 2 }, health: 'Healthy' },
    { identifier: roleId, health: 'Healthy' },
  ])
})

test('an object that is not there is not spoken of', async () => {
  const { manifestStatuses } = await asked([undefined, role])
  assert.deepEqual(manifestStatuses, [{ identifier: roleId, health: 'Healthy' }])
})

test('of an object that cannot be looked at is said what was said before', async () => {
  const { manifestStatuses } = await asked(['unseen', role])
  assert.deepEqual(manifestStatuses, [said, { identifier: roleId, health: 'Healthy' }])
})

describe('a plugin', () => {
  const observed = [{ ...web, status: { replicas: 2, secret: 'x' } }, undefined]

  test('says what of the status is worth collecting', async () => {
    const some = on(interpret.status, () => ({ status: { replicas: 2 } }))
    assert.deepEqual((await asked(observed, some)).manifestStatuses[0]?.status, { replicas: 2 })
  })
  test('may say that nothing is', async () => {
    const nothing = on(interpret.status, () => ({}))
    assert.deepEqual((await asked(observed, nothing)).manifestStatuses, [{ identifier: webId, health: 'Healthy' }])
  })
  test('says how healthy it is', async () => {
    const ill = on(interpret.health, () => 'Unhealthy' as const)
    assert.equal((await asked(observed, ill)).manifestStatuses[0]?.health, 'Unhealthy')
  })
  test('that fails on health leaves it unknown, and the status known', async () => {
    const broken = on(interpret.health, () => {
      throw new Error('no idea')
    })
    const { manifestStatuses, unknown } = await asked(observed, broken)
    assert.deepEqual(manifestStatuses, [{ identifier: webId, status: { replicas: 2, secret: 'x' }, health: 'Unknown' }])
    assert.equal(String(unknown[0]?.error), 'Error: no idea')
    assert.equal(unknown[0]?.object.metadata.name, 'web')
  })
  test('that fails on status fails the reflection', async () => {
    const broken = on(interpret.status, () => {
      throw new Error('no idea')
    })
    await assert.rejects(asked(observed, broken), /no idea/)
  })
})
