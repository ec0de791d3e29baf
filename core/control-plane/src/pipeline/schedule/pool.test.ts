import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import type { Key } from '@flotilla/sdk'
import { Pool } from './pool.ts'

const web: Key = { namespace: 'default', name: 'web' }
const api: Key = { namespace: 'default', name: 'api' }

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] }))
afterEach(() => mock.timers.reset())

function opened() {
  const woken: string[] = []
  const sizes: number[] = []
  const pool = new Pool({ onSize: (size) => sizes.push(size), now: () => Date.now() })
  const close = pool.open(({ name }, why) => woken.push(`${name} by ${why}`))
  const wait = (key: Key, topics: readonly string[], resolvable = false) => {
    pool.begin(key)
    pool.end(key, { key, topics, resolvable })
  }
  return { pool, close, wait, woken, sizes }
}

test('who waits for something is woken by that alone, a breath later', () => {
  const { pool, wait, woken } = opened()
  wait(web, ['quota a'])
  wait(api, ['quota b', 'taints'])
  pool.tell('quota a')
  pool.tell('quota a')
  pool.tell('labels')
  assert.deepEqual(woken, [])
  mock.timers.tick(100)
  assert.deepEqual(woken, ['web by quota a'])
  assert.deepEqual(pool.topicsOf(api), ['quota b', 'taints'])
})

test('who waits for an amount is woken when there is as much, and those that need more are left alone', () => {
  const { pool, woken } = opened()
  const waits = (key: Key, needed: bigint) => {
    pool.begin(key)
    pool.end(key, { key, topics: ['quota a'], needs: new Map([['quota a', needed]]), resolvable: false })
  }
  waits(web, 2n)
  waits(api, 5n)
  pool.tell('quota a', 1n)
  mock.timers.tick(100)
  assert.deepEqual(woken, [])
  pool.tell('quota a', 1n)
  pool.tell('quota a', 3n)
  mock.timers.tick(100)
  assert.deepEqual(woken, ['web by quota a'])
  pool.tell('quota a')
  mock.timers.tick(100)
  assert.deepEqual(woken, ['web by quota a', 'api by quota a'])
})

test('an amount that was told while a binding was decided on wakes it if it is enough', () => {
  const { pool, woken } = opened()
  const decide = (key: Key, needed: bigint) =>
    pool.end(key, { key, topics: ['quota a'], needs: new Map([['quota a', needed]]), resolvable: false })
  pool.begin(web)
  pool.begin(api)
  pool.tell('quota a', 2n)
  decide(web, 2n)
  decide(api, 3n)
  mock.timers.tick(100)
  assert.deepEqual(woken, ['web by quota a'])
})

test('who is woken does not wait any longer', () => {
  const { pool, wait, woken } = opened()
  wait(web, ['room', 'quota a'], true)
  pool.tell('quota a')
  pool.tell('room')
  mock.timers.tick(600_000)
  assert.deepEqual([woken, pool.topicsOf(web)], [['web by quota a'], undefined])
})

test('room is heard of every ten seconds', () => {
  const { pool, wait, woken } = opened()
  wait(web, ['room'])
  for (let second = 0; second < 10; second++) {
    pool.tell('room')
    mock.timers.tick(999)
  }
  assert.deepEqual(woken, [])
  mock.timers.tick(10)
  assert.deepEqual(woken, ['web by room'])
})

test('what happens while a binding is decided on wakes it, if that is what it waits for', () => {
  const { pool, woken } = opened()
  pool.begin(web)
  pool.begin(api)
  pool.tell('room')
  pool.end(web, { key: web, topics: ['room'], resolvable: true })
  pool.end(api, { key: api, topics: ['quota a'], resolvable: true })
  mock.timers.tick(10_000)
  assert.deepEqual(woken, ['web by room'])
})

test('who is to be looked at again while it is decided on does not begin to wait', () => {
  const { pool } = opened()
  pool.begin(web)
  pool.leave(web)
  pool.end(web, { key: web, topics: ['room'], resolvable: true })
  assert.equal(pool.topicsOf(web), undefined)
})

test('who is looked at again does not wait any longer', () => {
  const { pool, wait, woken, sizes } = opened()
  wait(web, ['room'], true)
  pool.tell('room')
  pool.begin(web)
  mock.timers.tick(600_000)
  pool.end(web)
  assert.deepEqual([woken, pool.topicsOf(web), pool.isListening, sizes], [[], undefined, false, [1, 0]])
})

test('who may be helped by what nobody sees is woken after five minutes, the others never', () => {
  const { wait, woken } = opened()
  wait(web, ['taints'], true)
  wait(api, ['taints'])
  mock.timers.tick(270_000)
  assert.deepEqual(woken, [])
  mock.timers.tick(30_000)
  assert.deepEqual(woken, ['web by time'])
})

test('nobody waits in a pool that is closed', () => {
  const { pool, close, wait, woken, sizes } = opened()
  wait(web, ['room'], true)
  pool.tell('room')
  close()
  mock.timers.tick(600_000)
  assert.deepEqual([woken, pool.isListening, sizes.at(-1)], [[], false, 0])
})

test('what has been waited for leaves nothing behind', () => {
  const { pool, wait } = opened()
  for (let round = 0; round < 1_000; round++) wait({ name: `b${round}` }, [`bindings ns/${round}`])
  for (let round = 0; round < 1_000; round++) pool.leave({ name: `b${round}` })
  assert.equal(pool.isListening, false)
  assert.ok(!pool.hears('bindings ns/7'))
})
