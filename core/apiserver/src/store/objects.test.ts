import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { memoryStorage } from '../storage/memory.ts'
import type { Row, Storage } from '../storage/storage.ts'
import { Objects, type SpanOptions } from './objects.ts'

const at = (name: string) => ({ resource: 'things', namespace: 'default', name })

const thing = (name: string, size = 0): Manifest => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'default' },
  size,
})

const spanOf = (objects: Objects, revision: number, options: SpanOptions = {}): Manifest[] | undefined => {
  const span = objects.span('things', revision, options)
  const found = span && [...span.objects]
  assert.equal(found?.length, span?.size)
  return found
}

const open = (storage: Storage = memoryStorage()) =>
  Objects.open(storage, {
    onError: (error) => {
      throw error
    },
  })

/** Storage that commits when told to. */
const stepwise = () => {
  const commits: { rows: readonly Row[]; resolve: () => void; reject: (error: Error) => void }[] = []
  const storage: Storage = {
    ...memoryStorage(),
    commit: (rows) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      commits.push({ rows, resolve, reject })
      return promise
    },
  }
  return { storage, commits }
}

test('a write has a revision of its own, in the order of writing', async () => {
  const objects = await open()
  const written = await Promise.all(['b', 'a', 'c'].map((name) => objects.write(at(name), undefined, thing(name))))
  assert.deepEqual(
    written.map((object) => object?.metadata.resourceVersion),
    ['2', '3', '4'],
  )
  assert.deepEqual(
    objects.list('things', 'default').map(({ metadata }) => metadata.name),
    ['a', 'b', 'c'],
  )
  assert.equal(objects.revision, 4)
  assert.ok(Object.isFrozen(objects.get(at('a'))?.metadata))
})

test('a write on a state that is not the newest is not made', async () => {
  const objects = await open()
  const first = await objects.write(at('a'), undefined, thing('a'))
  assert.equal(objects.write(at('a'), undefined, thing('a')), undefined)
  assert.ok(first)
  const second = await objects.write(at('a'), first, thing('a', 2))
  assert.equal(objects.write(at('a'), first, thing('a', 3)), undefined)
  assert.equal(objects.remove(at('a'), first), undefined)
  assert.equal(objects.get(at('a')), second)
})

test('nobody sees a write before it is stored, but the next write is checked against it', async () => {
  const { storage, commits } = stepwise()
  const objects = await open(storage)
  const heard: string[] = []
  objects.listen(({ type, name }) => heard.push(`${type} ${name}`))
  const first = objects.write(at('a'), undefined, thing('a'))
  const pending = objects.newest(at('a'))
  assert.ok(pending)
  const second = objects.write(at('a'), pending, thing('a', 2))
  assert.equal(objects.get(at('a')), undefined)
  assert.deepEqual(heard, [])
  await Promise.resolve()
  commits[0]?.resolve()
  await Promise.all([first, second])
  assert.deepEqual(heard, ['ADDED a', 'MODIFIED a'])
  assert.equal(objects.get(at('a'))?.size, 2)
  assert.equal(commits.length, 1)
})

test('while one batch is stored the next one gathers', async () => {
  const { storage, commits } = stepwise()
  const objects = await open(storage)
  const first = objects.write(at('a'), undefined, thing('a'))
  await Promise.resolve()
  const others = ['b', 'c', 'd'].map((name) => objects.write(at(name), undefined, thing(name)))
  commits[0]?.resolve()
  await first
  assert.deepEqual(
    commits[1]?.rows.map(({ key }) => key),
    ['default/b', 'default/c', 'default/d'],
  )
  commits[1]?.resolve()
  await Promise.all(others)
})

test('when storing fails, all that was not stored is refused, and later writes work', async () => {
  const { storage, commits } = stepwise()
  const objects = await open(storage)
  const first = objects.write(at('a'), undefined, thing('a'))
  await Promise.resolve()
  const second = objects.write(at('b'), undefined, thing('b'))
  commits[0]?.reject(new Error('disk full'))
  await assert.rejects(async () => first, { message: 'the change could not be stored: disk full' })
  await assert.rejects(async () => second, /disk full/)
  assert.equal(objects.newest(at('a')), undefined)
  const third = objects.write(at('a'), undefined, thing('a'))
  await Promise.resolve()
  commits[1]?.resolve()
  assert.equal((await third)?.metadata.resourceVersion, '4') // a revision is never given twice
})

test('a removal is told with the last state and a revision of its own', async () => {
  const objects = await open()
  const object = await objects.write(at('a'), undefined, thing('a', 5))
  assert.ok(object)
  const changes: unknown[] = []
  objects.listen(({ type, object: { size, metadata }, before }) =>
    changes.push([type, size, metadata.resourceVersion, before === object]),
  )
  await objects.remove(at('a'), object)
  assert.deepEqual(changes, [['DELETED', 5, '3', true]])
  assert.deepEqual(objects.list('things'), [])
})

test('a list can be had as it was', async () => {
  const objects = await open()
  const a = await objects.write(at('a'), undefined, thing('a', 1))
  const b = await objects.write(at('b'), undefined, thing('b', 1))
  assert.ok(a && b)
  await objects.write(at('a'), a, thing('a', 2))
  await objects.remove(at('b'), b)
  await objects.write(at('c'), undefined, thing('c', 1))
  const sizes = (revision: number) => spanOf(objects, revision)?.map(({ metadata, size }) => [metadata.name, size])
  assert.deepEqual(sizes(2), [['a', 1]])
  assert.deepEqual(sizes(3), [
    ['a', 1],
    ['b', 1],
  ])
  assert.deepEqual(sizes(4), [
    ['a', 2],
    ['b', 1],
  ])
  assert.deepEqual(sizes(5), [['a', 2]])
  assert.deepEqual(sizes(6), [
    ['a', 2],
    ['c', 1],
  ])
})

test('a listener that throws does not keep others from hearing', async () => {
  const errors: unknown[] = []
  const objects = await Objects.open(memoryStorage(), { onError: (error) => errors.push(error) })
  const heard: string[] = []
  objects.listen(() => {
    throw new Error('not me')
  })
  objects.listen(({ name }) => heard.push(name))
  await objects.write(at('a'), undefined, thing('a'))
  assert.deepEqual(heard, ['a'])
  assert.equal(errors.length, 1)
})

test('a span is what was there at a revision, from a place on', async () => {
  const objects = await open()
  const states = new Map<number, ReadonlyMap<string, number>>()
  let state = new Map<string, number>()
  let seed = 7
  const next = (below: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  for (let step = 0; step < 400; step += 1) {
    const namespace = `n${next(3)}`
    const name = `t${next(12)}`
    const address = { resource: 'things', namespace, name }
    const before = objects.newest(address)
    state = new Map(state)
    if (before && next(3) === 0) {
      await objects.remove(address, before)
      state.delete(`${namespace}/${name}`)
    } else {
      await objects.write(address, before, { ...thing(name, step), metadata: { name, namespace } })
      state.set(`${namespace}/${name}`, step)
    }
    states.set(objects.revision, state)
  }
  const textOf = ({ metadata: { namespace, name }, size }: Manifest) => `${namespace}/${name} ${size}`
  for (const [revision, then] of states) {
    const from = { namespace: `n${next(3)}`, name: `t${next(12)}` }
    const namespace = next(2) ? from.namespace : undefined
    const expected = [...then]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .filter(([key]) => key >= `${from.namespace}/${from.name}`)
      .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
      .map(([key, size]) => `${key} ${size}`)
    assert.deepEqual(spanOf(objects, revision, { from, ...(namespace && { namespace }) })?.map(textOf), expected)
  }
})
