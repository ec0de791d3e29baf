import assert from 'node:assert/strict'
import { test } from 'node:test'
import { divided, shardOf } from './shard.ts'

const names = (count: number, of = 'replica') => Array.from({ length: count }, (_, index) => `${of}-${index}`)

function counts(values: Iterable<string | number>): readonly number[] {
  const found = new Map<string | number, number>()
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1)
  return [...found.values()].sort((a, b) => a - b)
}

test('what belongs to a shard belongs to it in every version', () => {
  assert.deepEqual(
    ['default/web-deployment', 'shop/db-statefulset', 'paris', ''].map((text) => shardOf(text, 16)),
    [7, 0, 13, 11],
  )
  assert.equal(shardOf('anything', 1), 0)
})

test('keys that differ little are spread evenly', () => {
  const spread = counts(names(8_000, 'default/web').map((name) => shardOf(`${name}-deployment`, 8)))
  assert.equal(spread.length, 8)
  for (const count of spread) assert.ok(Math.abs(count - 1_000) < 120, `${count} of 8000 in one of 8 shards`)
})

test('every shard has one owner, and no replica has more than one shard more than another', () => {
  for (const shards of [1, 2, 4, 7, 16])
    for (const replicas of [1, 2, 3, 5, 20]) {
      const owners = divided(shards, names(replicas))
      assert.equal(owners.size, shards)
      const each = counts(owners.values())
      assert.ok((each.at(-1) ?? 0) <= Math.ceil(shards / replicas), `${shards} shards, ${replicas} replicas: ${each}`)
      if (shards >= replicas) assert.ok((each[0] ?? 0) >= Math.floor(shards / replicas))
    }
})

test('the order in which replicas are heard of does not matter', () => {
  assert.deepEqual(divided(8, names(3)), divided(8, names(3).toReversed()))
})

test('when a replica goes, its shards move and few others', () => {
  const before = divided(64, names(5))
  const after = divided(64, names(4))
  const moved = [...before].filter(([shard, owner]) => after.get(shard) !== owner)
  const orphaned = [...before.values()].filter((owner) => owner === 'replica-4').length
  assert.ok(moved.length <= 2 * orphaned, `${moved.length} moved where ${orphaned} had to`)
})

test('nobody owns anything when nobody is there', () => {
  assert.equal(divided(4, []).size, 0)
})
