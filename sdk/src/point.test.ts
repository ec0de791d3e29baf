import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment } from '../testing/build.ts'
import { on, point, Registry } from './point.ts'
import * as points from './points/index.ts'
import { first, gather } from './rules.ts'

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
