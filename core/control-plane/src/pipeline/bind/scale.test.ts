import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { annotation, type Binding, interpret, label, type Manifest, on, resourceBindingKind } from '@flotilla/sdk'
import { deployment, manifest, policy } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { withClaim } from '../../manifest/claim.ts'
import { bindControllers } from './controller.ts'

const many = 1000
const claim = withClaim({}, { policy: { namespace: 'default', name: 'a' }, id: 'id-a' })
const own = policy({ name: 'a', labels: { [label.propagationPolicyId]: 'id-a' }, propagateDeps: true })
const app = (name: string) => deployment({ name, uid: `uid-${name}`, ...claim })
const settings = (name: string) => manifest('v1', 'ConfigMap', { namespace: 'default', name, uid: `uid-${name}` })

let machine: TestMachine
afterEach(() => machine.end())

const start = (objects: readonly Manifest[], names: readonly string[]) => {
  const needs = on(interpret.dependencies, () => names.map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', name })))
  machine = testMachine({ objects: [own, ...objects], extensions: [needs] })
  machine.run(bindControllers(machine))
}
const bindings = (): readonly Binding[] => machine.objects.list(resourceBindingKind) as readonly Binding[]
const parents = () => bindings().filter(({ metadata }) => metadata.annotations?.[annotation.dependencies])
const attached = () => bindings().filter(({ spec }) => spec.requiredBy)
/** As schedule does. */
const scheduleTo = (binding: Binding, ...clusters: readonly string[]) => {
  const generation = (binding.metadata.generation ?? 0) + 1
  const spec = { ...binding.spec, clusters: clusters.map((name) => ({ name })) }
  machine.objects.put({ ...binding, metadata: { ...binding.metadata, generation }, spec })
}
const writesOf = (name: string): number => machine.writes.filter(({ what }) => what.endsWith(`/${name}`)).length

describe('a thousand is no reason to be slow', () => {
  test('a template that needs a thousand objects costs each of them a write', async () => {
    const names = Array.from({ length: many }, (_, i) => `settings-${i}`)
    start([app('web'), ...names.map(settings)], names)
    await machine.until(() => parents().length === 1)
    scheduleTo(parents()[0] as Binding, 'member1')
    await machine.until(() => attached().length === many)
    assert.equal(machine.writes.length, many + 2)
    scheduleTo(parents()[0] as Binding, 'member1', 'member2')
    await machine.until(() => attached().every(({ spec }) => spec.requiredBy?.[0]?.clusters?.length === 2))
    assert.equal(machine.writes.length, 2 * many + 2)
    assert.deepEqual(machine.complaints, [])
  })

  test('an object that a thousand templates need follows them with a few writes', async () => {
    const names = Array.from({ length: many }, (_, i) => `web-${i}`)
    start([...names.map(app), settings('shared')], ['shared'])
    await machine.until(() => parents().length === many)
    for (const binding of parents()) scheduleTo(binding, 'member1')
    await machine.until(() => attached()[0]?.spec.requiredBy?.length === many)
    assert.equal(Object.keys(attached()[0]?.metadata.labels ?? {}).length, many)
    assert.ok(writesOf('shared-configmap') <= 10, `it was written ${writesOf('shared-configmap')} times`)
    assert.deepEqual(machine.complaints, [])
  })
})
