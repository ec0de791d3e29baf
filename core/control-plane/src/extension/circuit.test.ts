import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Circuit } from './circuit.ts'

const made = (failures = 2) => new Circuit({ failures, openFor: 100, counts: 'all' })

describe('a circuit', () => {
  test('lets questions through as long as failures do not follow one another', () => {
    const circuit = made()
    for (let round = 0; round < 5; round++) {
      assert.equal(circuit.failed(0), false)
      assert.equal(circuit.answered(), false)
    }
    assert.ok(circuit.admits(0))
  })
  test('opens after so many failures in a row, for its time', () => {
    const circuit = made()
    assert.equal(circuit.failed(10), false)
    assert.equal(circuit.failed(20), true)
    assert.ok(circuit.isOpen)
    assert.equal(circuit.admits(119), false)
    assert.equal(circuit.admits(120), true)
  })
  test('lets one question through when its time is over, and no other beside it', () => {
    const circuit = made(1)
    circuit.failed(0)
    assert.deepEqual([circuit.admits(100), circuit.admits(100), circuit.admits(500)], [true, false, false])
  })
  test('closes with the answer to that question', () => {
    const circuit = made(1)
    circuit.failed(0)
    circuit.admits(100)
    assert.equal(circuit.answered(), true)
    assert.deepEqual([circuit.admits(101), circuit.admits(101), circuit.isOpen], [true, true, false])
  })
  test('opens again with its failure', () => {
    const circuit = made(3)
    for (const now of [0, 0, 0]) circuit.failed(now)
    circuit.admits(100)
    assert.equal(circuit.failed(130), true)
    assert.equal(circuit.admits(229), false)
    assert.equal(circuit.admits(230), true)
  })
  test('does not stay open longer for failures of questions asked before it opened', () => {
    const circuit = made(1)
    circuit.failed(0)
    assert.equal(circuit.failed(90), false)
    assert.equal(circuit.admits(100), true)
  })
  test('that opens after no failures never does', () => {
    const circuit = made(0)
    for (let round = 0; round < 100; round++) assert.equal(circuit.failed(0), false)
    assert.ok(circuit.admits(0))
  })
})
