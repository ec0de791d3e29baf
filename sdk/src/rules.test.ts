import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cluster, deployment } from '../testing/build.ts'
import type { Manifest } from './manifest.ts'
import { eachFirst, first, gather, type Handler, least, type PerCluster, pipe, refusals, tell, total } from './rules.ts'

const silent = (): undefined => undefined
const failing = (): never => {
  throw new Error('broken')
}
const never: Handler<unknown, never> = () => assert.fail('nobody asks this far')

test('first: the first answer wins and nobody is asked after it', async () => {
  assert.equal(await first([silent, () => 'a', never], {}), 'a')
  assert.equal(await first([silent, async () => 'a', never], {}), 'a')
  assert.equal(await first([async () => undefined, () => 'b'], {}), 'b')
})

test('first: an answer may be false, empty, zero or null', async () => {
  for (const answer of [false, '', 0, null]) assert.equal(await first([() => answer, never], {}), answer)
})

test('first: without an answer there is none', async () => {
  assert.equal(await first([], {}), undefined)
  assert.equal(await first([silent, silent], {}), undefined)
})

test('first: an error ends the call', async () => {
  await assert.rejects(first([failing, () => 'a'], {}), /broken/)
  await assert.rejects(first([async () => failing(), () => 'a'], {}), /broken/)
})

const withImage =
  (image: string): Handler<{ readonly manifest: Manifest }, Manifest> =>
  ({ manifest }) => ({ ...manifest, images: [...((manifest.images as string[] | undefined) ?? []), image] })

test('pipe: each plugin gets what the one before it made', async () => {
  const manifest = deployment()
  const piped = await pipe([withImage('a'), silent, async (arg) => withImage('b')(arg)], { manifest })
  assert.deepEqual(piped, { ...manifest, images: ['a', 'b'] })
})

test('pipe: who has no opinion leaves the manifest as it is', async () => {
  const manifest = deployment()
  assert.equal(await pipe([], { manifest }), manifest)
  assert.equal(await pipe([silent], { manifest }), manifest)
})

test('pipe: the rest of the question stays, and is not written to', async () => {
  const arg = Object.freeze({ manifest: deployment(), more: 1 })
  const seen: number[] = []
  const look: Handler<typeof arg, undefined> = ({ more }) => void seen.push(more)
  await pipe<typeof arg>([look, withImage('a'), look], arg)
  assert.deepEqual(seen, [1, 1])
})

test('pipe: an error ends the call', () => assert.rejects(pipe([failing], { manifest: deployment() }), /broken/))

const clusters = ['a', 'b', 'c'].map((name) => cluster({ name }))
type Question = { readonly clusters: typeof clusters }
type Filter = Handler<Question, PerCluster<string> | undefined>

test('refusals: the first refusal stands, and later plugins see only who is left', async () => {
  const asked: string[][] = []
  const refuse =
    (answer: PerCluster<string> | undefined): Filter =>
    ({ clusters }) => {
      asked.push(clusters.map(({ metadata }) => metadata.name))
      return answer
    }
  const answer = await refusals([refuse({ a: 'first' }), refuse(undefined), refuse({ c: 'third' })], { clusters })
  assert.deepEqual(answer, { a: 'first', c: 'third' })
  assert.deepEqual(asked, [
    ['a', 'b', 'c'],
    ['b', 'c'],
    ['b', 'c'],
  ])
})

test('refusals: when nobody is left, nobody is asked', async () => {
  const all: Filter = () => ({ a: 'x', b: 'x', c: 'x' })
  assert.deepEqual(await refusals([all, never], { clusters }), { a: 'x', b: 'x', c: 'x' })
  assert.deepEqual(await refusals([never], { clusters: [] }), {})
})

test('refusals: a later plugin cannot change what was said of a cluster it was not asked about', async () => {
  const filters: Filter[] = [() => ({ a: 'first' }), () => ({ a: 'second' })]
  assert.deepEqual(await refusals(filters, { clusters }), { a: 'first' })
})

test('refusals: a cluster may be called like a property of objects', async () => {
  const odd = [cluster({ name: 'constructor' }), cluster({ name: 'b' })]
  const seen: string[] = []
  const look: Filter = ({ clusters }) => void seen.push(...clusters.map(({ metadata }) => metadata.name))
  await refusals([() => ({ b: 'x' }), look], { clusters: odd })
  assert.deepEqual(seen, ['constructor'])
})

test('refusals: an error ends the call', () => assert.rejects(refusals([failing], { clusters }), /broken/))

test('total: opinions add up', async () => {
  assert.deepEqual(await total([() => ({ a: 1, b: 2 }), silent, async () => ({ b: 3 })], {}), { a: 1, b: 5 })
  assert.deepEqual(await total([], {}), {})
})

test('total and least: a cluster may be called like a property of objects', async () => {
  const answer = () => ({ constructor: 1 })
  assert.deepEqual(await total([answer, answer], {}), { constructor: 2 })
  assert.deepEqual(await least([answer, answer], {}), { constructor: 1 })
})

test('total: an error ends the call', () => assert.rejects(total([failing], {}), /broken/))

test('least: the most careful opinion wins, and zero is one', async () => {
  assert.deepEqual(await least([() => ({ a: 5, b: 1 }), async () => ({ a: 0, c: 7 }), silent], {}), {
    a: 0,
    b: 1,
    c: 7,
  })
})

test('least: who fails has no opinion', async () => {
  assert.deepEqual(await least([failing, () => ({ a: 5 }), async () => failing()], {}), { a: 5 })
  assert.deepEqual(await least([failing], {}), {})
})

test('gather: every opinion counts, in the order of the plugins', async () => {
  const late = async () => {
    await Promise.resolve()
    return 'late'
  }
  assert.deepEqual(await gather([late, silent, () => 'soon'], {}), ['late', 'soon'])
})

test('gather: an error ends the call', () => assert.rejects(gather([() => 'a', failing], {}), /broken/))

test('tell: everyone hears, whoever fails, and nobody is waited for', async () => {
  const heard: string[] = []
  const hears = (name: string) => (word: string) => void heard.push(`${name} ${word}`)
  const stuck = () => new Promise<void>(() => undefined)
  await tell([stuck, failing, async () => failing(), hears('a'), hears('b')], 'news')
  await new Promise(setImmediate)
  assert.deepEqual(heard, ['a news', 'b news'])
})

test('eachFirst: the first answer about a cluster stands, whatever it is, and later plugins see the others', async () => {
  const seen: string[][] = []
  const say = (answer: PerCluster<string> | undefined) => (question: Question) => {
    seen.push(question.clusters.map(({ metadata }) => metadata.name))
    return answer
  }
  const answered = await eachFirst([say({ a: '' }), say(undefined), say({ b: 'second', c: 'second' }), say({})], {
    clusters,
  })
  assert.deepEqual(answered, { a: '', b: 'second', c: 'second' })
  assert.deepEqual(seen, [
    ['a', 'b', 'c'],
    ['b', 'c'],
    ['b', 'c'],
  ])
  assert.deepEqual(await eachFirst<Question, string>([], { clusters }), {})
})
