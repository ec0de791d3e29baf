import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checks, mutates, withPermanentId } from './admission.ts'
import { withLabel } from './edit.ts'
import { Field } from './field.ts'
import { deepFreeze } from './freeze.ts'
import type { Kind } from './kind.ts'
import type { Manifest } from './manifest.ts'
import { Registry } from './point.ts'
import { type Admission, mutate, refuse } from './points/admit.ts'

const fruitKind: Kind = { apiVersion: 'shop.dev/v1', kind: 'Fruit', plural: 'fruits', scope: 'Namespaced' }
const bowlKind: Kind = { apiVersion: 'v1', kind: 'Bowl', plural: 'bowls', scope: 'Cluster' }

const fruit: Manifest = { apiVersion: 'shop.dev/v1', kind: 'Fruit', metadata: { name: 'apple' } }

const admission = (manifest: Manifest, rest: Partial<Admission> = {}): Admission =>
  deepFreeze({
    operation: 'CREATE' as const,
    key: { name: manifest.metadata.name },
    manifest,
    user: 'me',
    dryRun: false,
    ...rest,
  })

const registry = new Registry()
registry.add(mutates([fruitKind, bowlKind], ({ manifest }) => withLabel(manifest, 'seen', 'yes')))
registry.add(
  checks([fruitKind], function* ({ manifest }) {
    const name = new Field('', manifest).at('metadata').at('name')
    if (name.value !== 'pear') yield name.invalid('must be a pear')
    if (name.value === 'plum') yield name.forbidden('no plums')
  }),
)

const isSeen = async (asked: Admission) => (await registry.ask(mutate, asked)).metadata.labels?.seen === 'yes'

test('a change is asked about writes of its kinds alone', async () => {
  const bowl: Manifest = { apiVersion: 'v1', kind: 'Bowl', metadata: { name: 'b' } }
  assert.equal(await isSeen(admission(fruit)), true)
  assert.equal(await isSeen(admission(fruit, { operation: 'UPDATE' })), true)
  assert.equal(await isSeen(admission(bowl)), true)
  assert.equal(await isSeen(admission({ ...fruit, apiVersion: 'v1' })), false)
  assert.equal(await isSeen(admission({ ...fruit, kind: 'Tree' })), false)
  assert.equal(await isSeen(admission(fruit, { operation: 'DELETE' })), false)
})

test('nothing is demanded of an object that is going away', async () => {
  const going = { ...fruit, metadata: { name: 'apple', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.equal(await registry.ask(refuse, admission(going, { operation: 'UPDATE' })), undefined)
})

test('a denial says everything that is wrong', async () => {
  assert.deepEqual(await registry.ask(refuse, admission(fruit)), {
    message: 'Fruit.shop.dev "apple" is invalid: metadata.name: Invalid value: "apple": must be a pear',
    code: 422,
    reason: 'Invalid',
    causes: [
      { reason: 'FieldValueInvalid', message: 'Invalid value: "apple": must be a pear', field: 'metadata.name' },
    ],
  })
  const plum = await registry.ask(refuse, admission({ ...fruit, metadata: { name: 'plum' } }))
  assert.equal(
    plum?.message,
    'Fruit.shop.dev "plum" is invalid: [metadata.name: Invalid value: "plum": must be a pear, metadata.name: Forbidden: no plums]',
  )
  assert.equal(await registry.ask(refuse, admission({ ...fruit, metadata: { name: 'pear' } })), undefined)
})

test('a permanent id is given once and kept', () => {
  const id = (given: Manifest, before?: Manifest) =>
    withPermanentId(admission(given, before ? { before } : {}), 'id').metadata.labels?.id
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
  const owned = withLabel(fruit, 'id', 'mine')
  assert.match(id(fruit) ?? '', uuid)
  assert.notEqual(id(fruit), id(fruit))
  assert.equal(id(owned), 'mine')
  assert.equal(id(fruit, owned), 'mine')
  assert.match(id(withLabel(fruit, 'id', '')) ?? '', uuid)
})
