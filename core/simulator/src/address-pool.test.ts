import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressPool } from './address-pool.ts'

test('addresses come in turn, without those that end with 0 or 255', () => {
  const pool = new AddressPool('10.96')
  const taken = Array.from({ length: 256 }, () => pool.take())
  assert.deepEqual(
    [taken[0], taken[253], taken[254], taken[255]],
    ['10.96.0.1', '10.96.0.254', '10.96.1.1', '10.96.1.2'],
  )
})

test('one that is given back comes again when the others are taken, and then there are no more', () => {
  const pool = new AddressPool('10.96')
  const all = new Set(Array.from({ length: 256 * 254 }, () => pool.take()))
  assert.equal(all.size, 256 * 254)
  assert.throws(() => pool.take(), /all addresses of 10\.96\.0\.0\/16 are taken/)
  pool.give('10.96.7.7')
  assert.equal(pool.take(), '10.96.7.7')
})
