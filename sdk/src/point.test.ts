import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment } from '../testing/build.ts'
import { type Exchange, type Extension, on, onBehalf, onBehalfOf, point, Registry } from './point.ts'
import * as points from './points/index.ts'
import { first, gather, least } from './rules.ts'

const colour = point('paint.colour', first<string, string>)
const colours = point('paint.colours', gather<string, string>)

test('a point is asked by its rule, in the order of registration', async () => {
  const registry = new Registry()
  for (const name of ['red', 'blue']) {
    registry.add(on(colour, (thing) => `${name} ${thing}`))
    registry.add(on(colours, (thing) => `${name} ${thing}`))
  }
  assert.equal(await registry.ask(colour, 'door'), 'red door')
  assert.deepEqual(await registry.ask(colours, 'door'), ['red door', 'blue door'])
})

test('a point nobody answers has the answer of its rule to nobody', async () => {
  const registry = new Registry()
  assert.equal(registry.has(colour), false)
  assert.equal(await registry.ask(colour, 'door'), undefined)
  assert.deepEqual(await registry.ask(colours, 'door'), [])
})

test('only answers to a point make it answered', () => {
  const registry = new Registry()
  registry.add(on(colour, () => 'red'))
  assert.deepEqual([registry.has(colour), registry.has(colours)], [true, false])
})

test('who is added while a question is open is not asked it', async () => {
  const registry = new Registry()
  registry.add(
    on(colours, () => {
      registry.add(on(colours, () => 'late'))
      return 'early'
    }),
  )
  assert.deepEqual(await registry.ask(colours, 'door'), ['early'])
})

test('who overhears a question is told who said what, in the order of their answers', async () => {
  const registry = new Registry()
  const say = (plugin: string, answer: string | undefined) =>
    registry.add({ ...on(colour, () => answer), ...(plugin && { plugin }) })
  say('shy', undefined)
  say('', undefined)
  say('painter', 'red')
  say('late', 'blue')
  const heard: Exchange[] = []
  assert.equal(await registry.overhear((exchange) => heard.push(exchange))(colour, 'door'), 'red')
  assert.deepEqual(heard, [{ point: 'paint.colour', arg: 'door', answers: [{ plugin: 'painter', answer: 'red' }] }])
})

test('of a question that fails it is heard who failed it, and what was said before', async () => {
  const registry = new Registry()
  const error = new Error('no paint left')
  registry.add({ ...on(colours, async () => 'red'), plugin: 'one' })
  registry.add({ ...on(colours, () => Promise.reject(error)), plugin: 'two' })
  registry.add(
    on(colours, () => {
      throw error
    }),
  )
  const heard: Exchange[] = []
  await assert.rejects(registry.overhear((exchange) => heard.push(exchange))(colours, 'door'), error)
  const said = heard.flatMap(({ answers }) => answers)
  assert.deepEqual(
    new Map(said.map(({ plugin, ...rest }) => [plugin, rest])),
    new Map<string, object>([
      ['unnamed', { error }],
      ['one', { answer: 'red' }],
      ['two', { error }],
    ]),
  )
})

test('a plugin that fails where others are enough is heard of all the same', async () => {
  const registry = new Registry()
  const room = point('paint.room', least<string>)
  const error = new Error('no ruler')
  registry.add({ ...on(room, () => ({ wall: 3 })), plugin: 'one' })
  registry.add({ ...on(room, () => Promise.reject(error)), plugin: 'two' })
  const heard: Exchange[] = []
  assert.deepEqual(await registry.overhear((exchange) => heard.push(exchange))(room, 'door'), { wall: 3 })
  assert.deepEqual(heard[0]?.answers, [
    { plugin: 'one', answer: { wall: 3 } },
    { plugin: 'two', error },
  ])
})

test('the argument arrives as it is', async () => {
  const registry = new Registry()
  const template = deployment()
  registry.add(on(points.interpret.reviseReplicas, ({ manifest }) => manifest))
  assert.equal(await registry.ask(points.interpret.reviseReplicas, { manifest: template, replicas: 1 }), template)
})

test('the id of every point begins with the stage whose file it is in, and is its own', () => {
  const ids = Object.entries(points).flatMap(([stage, module]) =>
    Object.values(module).flatMap((value) => {
      assert.ok(value.id.startsWith(`${stage}.`), value.id)
      return value.id
    }),
  )
  assert.equal(new Set(ids).size, ids.length)
})

test('who answers what can be seen from outside, in order, with those others speak for', () => {
  const registry = new Registry()
  const about = ['v1 Door']
  let guilds = [{ name: 'painters', about }]
  registry.add({ ...on(colour, () => 'red'), plugin: 'reds', about: { apiVersion: 'v1', kind: 'Door' } })
  registry.add({
    ...onBehalf(
      colour,
      () => 'blue',
      () => guilds,
    ),
    plugin: 'guilds',
  })
  registry.add({ ...on(colours, () => 'red'), plugin: 'reds', weight: 2 })
  const reds = { plugin: 'reds', about }
  assert.deepEqual(registry.list([colour]), [
    { point: 'paint.colour', rule: 'first', answers: [reds, { plugin: 'guilds', speaksFor: guilds }] },
    { point: 'paint.colours', rule: 'gather', answers: [{ plugin: 'reds', weight: 2 }] },
  ])
  guilds = []
  assert.deepEqual(registry.list([colour])[0]?.answers[1], { plugin: 'guilds', speaksFor: [] })
  assert.deepEqual(new Registry().list([colour]), [{ point: 'paint.colour', rule: 'first', answers: [] }])
})

test('who speaks for as many as there are gives their answer by the rule of the point, and each is overheard by its own name', async () => {
  const registry = new Registry()
  const error = new Error('no paint left')
  const painter = (plugin: string, paints: (thing: string) => string | undefined): Extension => ({ ...on(colour, paints as () => string), plugin }) // biome-ignore format: one step
  let painters: readonly Extension[] = []
  const guild = onBehalfOf(
    colour,
    (thing) => (thing === 'sky' ? [] : painters),
    () => [],
  )
  registry.add({ ...guild, plugin: 'guild' })
  assert.equal(await registry.ask(colour, 'door'), undefined)
  painters = [
    painter('shy', () => undefined),
    painter('red', (thing) => (thing === 'door' ? 'red' : assert.fail(error))),
    painter('late', () => 'blue'),
  ]
  assert.equal(await registry.ask(colour, 'door'), 'red')
  assert.equal(await registry.ask(colour, 'sky'), undefined)
  const heard: Exchange[] = []
  const overhear = registry.overhear((exchange) => heard.push(exchange))
  await overhear(colour, 'door')
  await assert.rejects(overhear(colour, 'wall'), error)
  assert.deepEqual(heard.map(({ answers }) => answers), [[{ plugin: 'red', answer: 'red' }], [{ plugin: 'red', error }]]) // biome-ignore format: one step
})

const named = point(
  'paint.named',
  gather<{ thing: { apiVersion: string; kind: string } }, string>,
  undefined,
  (arg) => arg.thing,
)
const door = { apiVersion: 'house/v1', kind: 'Door' }

test('who knows one kind is not asked about others, and those who know any are asked in their place', async () => {
  const registry = new Registry()
  const asked: string[] = []
  const add = (plugin: string, about?: typeof door) => {
    const says = ({ thing }: { thing: typeof door }) => {
      asked.push(`${plugin} ${thing.kind}`)
      return plugin
    }
    registry.add({ ...on(named, says), plugin, ...(about && { about }) })
  }
  add('first')
  add('doors', door)
  add('walls', { ...door, kind: 'Wall' })
  add('last')
  assert.deepEqual(await registry.ask(named, { thing: door }), ['first', 'doors', 'last'])
  assert.deepEqual(await registry.ask(named, { thing: { ...door, kind: 'Roof' } }), ['first', 'last'])
  assert.deepEqual(asked, ['first Door', 'doors Door', 'last Door', 'first Roof', 'last Roof'])
  const heard: Exchange[] = []
  await registry.overhear((exchange) => heard.push(exchange))(named, { thing: { ...door, kind: 'Wall' } })
  assert.deepEqual(
    heard.flatMap(({ answers }) => answers.map(({ plugin }) => plugin)),
    ['first', 'walls', 'last'],
  )
})

test('at a point that is about no object everyone is asked', async () => {
  const registry = new Registry()
  registry.add({ ...on(colours, () => 'green'), about: door })
  assert.deepEqual(await registry.ask(colours, 'door'), ['green'])
})
