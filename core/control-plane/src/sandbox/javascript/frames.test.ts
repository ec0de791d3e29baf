import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode, type Frame, Frames } from './frames.ts'

const said: readonly Frame[] = [
  { program: 1, text: '' },
  { program: 4_000_000_000, text: 'Grüße ✓' },
  { program: 7, text: 'x'.repeat(300) },
]

for (const size of [1, 3, 8, 100, 10_000])
  test(`frames come out whole, whatever pieces they arrive in: ${size} bytes`, () => {
    const bytes = Buffer.concat(said.map(encode))
    const frames = new Frames()
    const heard: Frame[] = []
    const piece = Buffer.alloc(size) // one for all, as a reader has it
    for (let at = 0; at < bytes.length; at += size) {
      const length = bytes.copy(piece, 0, at)
      heard.push(...frames.with(piece.subarray(0, length)))
    }
    assert.deepEqual(heard, said)
  })
