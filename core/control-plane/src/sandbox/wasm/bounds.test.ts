import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withinBounds } from './bounds.ts'
import { moduleOf } from './modules.test-support.ts'

const page = 2 ** 16

/** How the memory of a module is declared, when it may have ten pages. */
const declared = (memory: string): string => {
  const bytes = withinBounds(moduleOf(`(module (memory ${memory}))`), 10 * page)
  return Buffer.from(bytes.subarray(8)).toString('hex')
}

// Section 5, its length, one memory, flags (1: it has an end, 2: shared, 4: of 64 bits), the least and the most pages.
const memories: Readonly<Record<string, readonly [memory: string, bytes: string]>> = {
  'a memory without an end gets one': ['1', '05040101010a'],
  'a memory that ends too late ends earlier': ['1 1000', '05040101010a'],
  'a memory that ends early enough stays': ['1 3', '050401010103'],
  'a memory of 64 bits ends too': ['i64 1', '05040105010a'],
  'a memory may begin with all it may have': ['10', '050401010a0a'],
}

for (const [name, [memory, bytes]] of Object.entries(memories))
  test(name, () => {
    assert.equal(declared(memory), bytes)
  })

test('a table gets an end', () => {
  const bytes = withinBounds(moduleOf('(module (table 3 funcref) (table 1 externref))'), page)
  assert.equal(Buffer.from(bytes.subarray(8)).toString('hex'), '040d02' + '700103808008' + '6f0101808008')
})

test('everything else stays as it is', () => {
  const module = moduleOf('(module (func (export "run") (param externref f64) (result i64) (i64.const 7)))')
  assert.deepEqual(Buffer.from(withinBounds(module, page)), Buffer.from(module))
})

/** A module of one section. */
const section = (...bytes: readonly number[]) => Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes])

const refused: Readonly<Record<string, readonly [module: Uint8Array, reason: RegExp]>> = {
  'a memory that begins with more than there is': [section(5, 3, 1, 0, 11), /begins with 0.6875 MiB/],
  'two memories': [section(5, 5, 2, 0, 1, 0, 1), /more than one memory/],
  'a memory of a kind that came later': [section(5, 4, 1, 8, 1, 0), /a kind of memory that is not known here/],
  'a table that is filled from the start': [
    section(4, 9, 1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b),
    /filled from the start/,
  ],
  'a structure': [section(1, 5, 1, 0x5f, 1, 0x7f, 1), /garbage collected/],
  'a type in a group': [section(1, 6, 1, 0x4e, 1, 0x60, 0, 0), /garbage collected/],
  'a section that is longer than its module': [section(1, 100, 0), /cut off/],
  'a number that does not end': [section(5, ...Array.from({ length: 20 }, () => 0x80)), /too long/],
  'half a head': [Uint8Array.from([0, 0x61, 0x73]), /cut off/],
}

for (const [name, [module, reason]] of Object.entries(refused))
  test(`${name} is refused`, () => {
    assert.throws(() => withinBounds(module, 10 * page), reason)
  })
