import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { type Binding, label, on, schedule as points, resourceBindingKind } from '@flotilla/sdk'
import { type BindingWords, binding, clusters } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { Assigning } from './assigning.ts'
import { scheduleControllers } from './controller.ts'

const apart = (name: string, words: BindingWords = {}) =>
  binding({
    name,
    labels: { [label.propagationPolicyId]: 'id' },
    generation: 1,
    placement: {},
    workloadAffinityGroups: { antiAffinityGroup: 'app=db' },
    ...words,
  })

let machine: TestMachine
afterEach(() => machine.end())

const whereOf = (name: string): readonly string[] => {
  const found = machine.objects.get(resourceBindingKind, { namespace: 'default', name }) as Binding | undefined
  return (found?.spec.clusters ?? []).map((target) => target.name)
}

/** Keeps away from companions, thinks for a while, and takes one cluster. */
const plugins = () => {
  const away = on(points.filter, async ({ binding: { metadata }, clusters, assigning = [] }) => {
    const stored = machine.store(resourceBindingKind).list()
    const members = new Map([...stored, ...assigning].map((each) => [each.metadata.name, each]))
    members.delete(metadata.name)
    const taken = new Set([...members.values()].flatMap(({ spec }) => spec.clusters?.map(({ name }) => name) ?? []))
    await new Promise((resolve) => setImmediate(resolve)) // so all of them think at the same time
    const refused = clusters.filter((each) => taken.has(each.metadata.name))
    return Object.fromEntries(refused.map((each) => [each.metadata.name, { reason: 'is taken', resolvable: true }]))
  })
  return [away, on(points.select, ({ clusters }) => ({ clusters: clusters.slice(0, 1) }))]
}

describe('bindings that are to be apart', () => {
  const names = Array.from({ length: 20 }, (_, i) => `db-${i}`)
  const members = clusters(...names.map((_, i) => `c${i}`))

  test('are, when all of them are placed at the same moment', async () => {
    machine = testMachine({ objects: [...names.map((name) => apart(name)), ...members], extensions: plugins() })
    machine.run(scheduleControllers(machine))
    await machine.until(() => names.every((name) => whereOf(name).length > 0))
    assert.equal(new Set(names.flatMap(whereOf)).size, names.length)
  })

  test('are, when one of them cannot be written at first', async () => {
    machine = testMachine({ objects: [...names.map((name) => apart(name)), ...members], extensions: plugins() })
    machine.run(scheduleControllers(machine))
    const { patch } = machine.client
    let failures = 0
    Object.assign(machine.client, {
      patch: async (...args: Parameters<typeof patch>) => {
        if (!args[3]?.subresource && failures++ % 4 === 0) throw new Error('the line is bad')
        return patch(...args)
      },
    })
    await machine.until(() => names.every((name) => whereOf(name).length > 0))
    assert.ok(failures > names.length)
    assert.equal(new Set(names.flatMap(whereOf)).size, names.length)
  })
})

describe('what was just placed', () => {
  const to = (...targets: readonly string[]) => ({
    targets: targets.map((name) => ({ name })),
    failures: [],
    absent: [],
  })
  const begin = (...objects: readonly Binding[]) => {
    machine = testMachine({ objects })
    return new Assigning(machine.store(resourceBindingKind))
  }
  const namesOf = (seen: readonly Binding[]) =>
    seen.map(({ metadata, spec }) => `${metadata.name}:${spec.clusters?.map(({ name }) => name)}`)
  /** What a binding sees of its companions. */
  const seenBy = async (assigning: Assigning, asking: Binding): Promise<readonly string[]> => {
    let seen: readonly Binding[] = []
    await assigning.inTurn(asking, async (companions) => {
      seen = companions
      return to()
    })
    assigning.gaveUp(asking)
    return namesOf(seen)
  }
  const asker = apart('asker')

  test('counts where it was and where it is to be, until it is written', async () => {
    const one = apart('one', { clusters: { a: 1 } })
    const assigning = begin(one)
    await assigning.inTurn(one, async () => to('b'))
    assert.deepEqual(await seenBy(assigning, asker), ['one:a,b'])
    assigning.wrote(one, apart('one', { clusters: { b: 1 }, resourceVersion: '99' }))
    assert.deepEqual(await seenBy(assigning, asker), ['one:b'])
  })
  test('counts no longer once the store has heard of it', async () => {
    const one = apart('one')
    const assigning = begin(one)
    await machine.store(resourceBindingKind).synced
    await assigning.inTurn(one, async () => to('b'))
    const after = machine.objects.put(apart('one', { clusters: { b: 1 } }))
    assigning.wrote(one, after as Binding)
    await machine.until(() => (machine.store(resourceBindingKind).list()[0]?.spec.clusters?.length ?? 0) > 0)
    assert.deepEqual(await seenBy(assigning, asker), [])
  })
  test('does not count when it could not be written, or was there already', async () => {
    const [one, two] = [apart('one'), apart('two', { clusters: { a: 1 } })]
    const assigning = begin(one, two)
    await assigning.inTurn(one, async () => to('b'))
    assigning.gaveUp(one)
    await assigning.inTurn(two, async () => to('a'))
    assigning.wrote(two, two)
    assert.deepEqual(await seenBy(assigning, asker), [])
  })
  test('is nothing to those of other groups and namespaces', async () => {
    const one = apart('one')
    const assigning = begin(one)
    await assigning.inTurn(one, async () => to('b'))
    assert.deepEqual(
      await seenBy(assigning, apart('asker', { workloadAffinityGroups: { affinityGroup: 'app=db' } })),
      [],
    )
    assert.deepEqual(await seenBy(assigning, apart('asker', { namespace: 'other' })), [])
    assert.deepEqual(await seenBy(assigning, asker), ['one:b'])
  })
  test('leaves the next one its turn when it fails', async () => {
    const assigning = begin()
    const first = assigning.inTurn(apart('one'), async () => {
      throw new Error('no')
    })
    const second = assigning.inTurn(asker, async () => to('a'))
    await assert.rejects(first, /no/)
    assert.equal((await second).targets?.length, 1)
  })
})
