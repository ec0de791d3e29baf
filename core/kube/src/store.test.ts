import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Change, deepFreeze, type Index, type Manifest } from '@flotilla/sdk'
import { ObjectStore } from './store.ts'
import { configMap } from './testing/objects.ts'

const fail = (error: unknown): never => {
  throw error
}
const newStore = (onError: (error: unknown) => void = fail) => new ObjectStore<Manifest>({ onError })
const nameOf = (object: Manifest | undefined): string =>
  object ? `${object.metadata.name}@${object.metadata.resourceVersion}` : ''

/** A change in a few characters: `before → after`, `!` for initial. */
const textOf = ({ before, after, initial }: Change<Manifest>): string =>
  `${nameOf(before)}→${nameOf(after)}${initial ? '!' : ''}`

const heardBy = (store: ObjectStore<Manifest>): string[] => {
  const heard: string[] = []
  store.listen((change) => heard.push(textOf(change)))
  return heard
}

test('the first fill is initial, later changes are not', () => {
  const store = newStore()
  const heard = heardBy(store)
  store.fill([configMap('a', 1), configMap('b', 2)])
  store.put(configMap('c', 3))
  store.put(configMap('a', 4))
  store.remove(configMap('b', 5))
  assert.deepEqual(heard, ['→a@1!', '→b@2!', '→c@3', 'a@1→a@4', 'b@2→'])
})

test('a second fill tells the difference only', () => {
  const store = newStore()
  store.fill([configMap('a', 1), configMap('b', 2), configMap('c', 3)])
  const heard: string[] = []
  store.listen((change) => change.initial || heard.push(textOf(change)))
  store.fill([configMap('b', 2), configMap('c', 7), configMap('d', 8)])
  assert.deepEqual(heard, ['a@1→', 'c@3→c@7', '→d@8'])
})

test('the same version changes nothing, another uid is another object', () => {
  const store = newStore()
  store.fill([configMap('a', 1)])
  const heard = heardBy(store)
  store.put(configMap('a', 1))
  store.put(configMap('a', 5, { uid: 'second' }))
  assert.deepEqual(heard, ['→a@1!', 'a@1→', '→a@5'])
})

test('a listener that joins late hears of what is there, then of changes, each once', () => {
  const store = newStore()
  store.fill([configMap('a', 1)])
  const late: string[] = []
  const stop = store.listen(({ initial }) => {
    if (!initial && late.length === 0) store.listen((change) => late.push(textOf(change)))
  })
  store.put(configMap('b', 2))
  assert.deepEqual(late, ['→a@1!', '→b@2!'])
  stop()
  store.put(configMap('b', 3))
  assert.deepEqual(late, ['→a@1!', '→b@2!', 'b@2→b@3'])
})

test('who stopped listening hears nothing, not even of the change being told', () => {
  const store = newStore()
  const heard: string[] = []
  let stop = () => {}
  store.listen(() => stop())
  stop = store.listen((change) => heard.push(textOf(change)))
  store.put(configMap('a', 1))
  assert.deepEqual(heard, [])
})

test('a listener that throws is reported and does not keep others from hearing', () => {
  const errors: unknown[] = []
  const store = newStore((error) => errors.push(error))
  store.listen(() => fail('no'))
  const heard = heardBy(store)
  store.put(configMap('a', 1))
  assert.deepEqual([heard, errors], [['→a@1'], ['no']])
})

test('listeners see the store as the change left it', () => {
  const store = newStore()
  const seen: string[] = []
  store.listen(({ before, after }) => {
    const key = { namespace: 'default', name: (after ?? before)?.metadata.name ?? '' }
    seen.push(nameOf(store.get(key)))
  })
  store.put(configMap('a', 1))
  store.put(configMap('a', 2))
  store.remove(configMap('a', 3))
  assert.deepEqual(seen, ['a@1', 'a@2', ''])
})

test('synced resolves with the first fill, after its listeners', async () => {
  const store = newStore()
  const heard = heardBy(store)
  const synced = store.synced.then(() => [...heard])
  store.fill([configMap('a', 1)])
  assert.deepEqual(await synced, ['→a@1!'])
})

test('indexes follow every change', () => {
  const byColour: Index<Manifest> = { name: 'colour', values: ({ metadata }) => Object.keys(metadata.labels ?? {}) }
  const store = newStore()
  const coloured = (name: string, version: number, ...colours: string[]) =>
    configMap(name, version, { labels: Object.fromEntries(colours.map((colour) => [colour, ''])) })
  const names = (colour: string) => store.by(byColour, colour).map(nameOf)
  store.fill([coloured('a', 1, 'red'), coloured('b', 2, 'red', 'blue')])
  assert.deepEqual([names('red'), names('blue'), names('green')], [['a@1', 'b@2'], ['b@2'], []])
  store.put(coloured('b', 3, 'green'))
  store.put(coloured('c', 4, 'green'))
  assert.deepEqual([names('red'), names('blue'), names('green')], [['a@1'], [], ['b@3', 'c@4']])
  store.remove(coloured('b', 5))
  store.fill([coloured('a', 1, 'red')])
  assert.deepEqual([names('red'), names('green')], [['a@1'], []])
})

test('an index that throws has no opinion on that object', () => {
  const errors: unknown[] = []
  const store = newStore((error) => errors.push(error))
  const index: Index<Manifest> = {
    name: 'i',
    values: ({ metadata }) => (metadata.name === 'bad' ? fail('bad') : ['x']),
  }
  store.fill([configMap('bad', 1), configMap('good', 2)])
  assert.deepEqual([store.by(index, 'x').map(nameOf), errors], [['good@2'], ['bad']])
})

test('lists are of one namespace or of all, frozen, and the same array until something changes', () => {
  const store = newStore()
  store.fill([configMap('a', 1), configMap('b', 2, { namespace: 'other' })])
  assert.deepEqual(store.list('other').map(nameOf), ['b@2'])
  assert.deepEqual(store.list('none'), [])
  assert.deepEqual(store.list().map(nameOf), ['a@1', 'b@2'])
  assert.equal(store.list(), store.list())
  assert.ok(Object.isFrozen(store.list()))
  const before = store.list()
  store.put(configMap('c', 3))
  assert.deepEqual([before.length, store.list().length], [2, 3])
})

test('a spec that is the same stays the very same, whatever else changes', () => {
  const store = newStore()
  const at = (version: string, replicas: number, status: string): Manifest =>
    deepFreeze({ ...configMap('a', 1), metadata: { name: 'a', resourceVersion: version }, spec: { replicas }, status })
  const specs: unknown[] = []
  store.listen(({ after }) => specs.push(after?.spec))
  for (const each of [at('1', 1, 'new'), at('2', 1, 'ready'), at('3', 2, 'ready')]) store.put(each)
  assert.equal(specs[1], specs[0])
  assert.deepEqual(specs[2], { replicas: 2 })
  store.put(at('4', 2, 'gone'))
  const now = store.get({ name: 'a' })
  assert.deepEqual([now?.metadata.resourceVersion, now?.status, now?.spec === specs[2]], ['4', 'gone', true])
  assert.ok(Object.isFrozen(now))
})
