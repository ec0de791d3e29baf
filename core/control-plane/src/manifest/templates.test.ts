import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { ServedKind } from '@flotilla/kube'
import type { Kind } from '@flotilla/sdk'
import { deployment, manifest, policy } from '@flotilla/sdk/testing'
import { deploymentKind, type TestMachine, testMachine } from '../extension/machine.test-support.ts'
import { referenceText, referenceTo, watchTemplates } from './templates.ts'

const verbs = ['delete', 'list', 'patch', 'watch']
const gadgetKind: Kind = { apiVersion: 'example.io/v1', kind: 'Gadget', plural: 'gadgets', scope: 'Namespaced' }
const oldGadgetKind: Kind = { ...gadgetKind, apiVersion: 'example.io/v1alpha1' }
const gadget = manifest('example.io/v1', 'Gadget', { namespace: 'default', name: 'one' })
const crd = manifest('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { name: 'gadgets.example.io' })

let machine: TestMachine
afterEach(() => machine.end())

/** A machine whose server serves what `served` says at the moment, and what is heard of its templates. */
function watching(served: Kind[], after: readonly { synced: Promise<void> }[] = []) {
  const objects = [deployment(), gadget, { ...gadget, apiVersion: 'example.io/v1alpha1' }]
  machine = testMachine({ objects })
  const kinds = (): readonly ServedKind[] => served.map((kind) => ({ ...kind, verbs }))
  Object.assign(machine.discovery, { kinds: async () => kinds() })
  const templates = watchTemplates(machine, { name: 'test', after })
  const heard: string[] = []
  templates.listen(({ before, after }) => {
    const object = after ?? before
    if (object) heard.push(`${after ? (before ? 'changed' : 'came') : 'went'} ${object.apiVersion} ${object.kind}`)
  })
  machine.run([templates.discovery])
  return { templates, heard }
}

describe('templates are watched', () => {
  test('of every kind that is served', async () => {
    const { templates, heard } = watching([deploymentKind, gadgetKind])
    await machine.until(() => heard.length === 2)
    assert.deepEqual(heard.sort(), ['came apps/v1 Deployment', 'came example.io/v1 Gadget'])
    assert.deepEqual(templates.kind(gadget)?.plural, 'gadgets')
    assert.equal(templates.get(referenceTo(gadget))?.metadata.name, 'one')
    assert.equal(templates.isFull(gadgetKind), true)
  })
  test('of a kind that comes with its definition, until it goes', async () => {
    const served = [deploymentKind]
    const { templates, heard } = watching(served)
    await machine.until(() => heard.length === 1)
    served.push(gadgetKind)
    machine.objects.put(crd)
    await machine.until(() => heard.includes('came example.io/v1 Gadget'))
    served.pop()
    machine.objects.remove(crd)
    await machine.until(() => templates.of(gadgetKind) === undefined)
    machine.objects.put({ ...gadget, spec: { size: 2 } })
    await machine.quiet()
    assert.equal(heard.length, 2)
  })
  test('in the preferred version, and in any a policy names', async () => {
    const { templates, heard } = watching([gadgetKind, oldGadgetKind])
    await machine.until(() => heard.length === 1)
    assert.equal(templates.of(oldGadgetKind), undefined)
    machine.objects.put(policy({ resourceSelectors: [{ apiVersion: 'example.io/v1alpha1', kind: 'Gadget' }] }))
    await machine.until(() => heard.length === 2)
    assert.deepEqual(heard, ['came example.io/v1 Gadget', 'came example.io/v1alpha1 Gadget'])
  })
  test('whatever a policy lacks that came in past its schema', async () => {
    const broken = { ...policy({ name: 'broken' }), spec: {} as never }
    const { heard } = watching([deploymentKind])
    machine.objects.put(broken)
    await machine.until(() => heard.length === 1)
    machine.objects.put(crd)
    await machine.quiet()
    assert.deepEqual(machine.complaints, [])
  })
  test('not before what they are judged by is known', async () => {
    const { promise: synced, resolve } = Promise.withResolvers<void>()
    const { heard } = watching([deploymentKind], [{ synced }])
    await machine.quiet()
    assert.deepEqual(heard, [])
    resolve()
    await machine.until(() => heard.length === 1)
  })
  test('for whoever comes later from the beginning', async () => {
    const { templates, heard } = watching([deploymentKind])
    await machine.until(() => heard.length === 1)
    const late: (boolean | undefined)[] = []
    const stop = templates.listen(({ initial }) => late.push(initial))
    assert.deepEqual(late, [true])
    stop()
    machine.objects.put(deployment({ replicas: 2 }))
    await machine.until(() => heard.length === 2)
    assert.deepEqual(late, [true])
  })
})

test('an address is unique among kinds', () => {
  assert.equal(referenceText(referenceTo(gadget)), 'example.io/v1, Kind=Gadget|default/one')
  assert.notEqual(
    referenceText(referenceTo(deployment())),
    referenceText(referenceTo(deployment({ namespace: 'other' }))),
  )
})
