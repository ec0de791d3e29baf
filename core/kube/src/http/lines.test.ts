import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { linesOf } from './lines.ts'

const bodyOf = (...chunks: (string | Buffer)[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
const limits = { idleMs: 60_000, longest: 100 }

const collect = async (lines: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

const euro = Buffer.from('1€2\n')
const cases: readonly [string, readonly (string | Buffer)[], readonly string[]][] = [
  ['lines in one chunk', ['a\nb\n'], ['a', 'b']],
  ['a line in many chunks', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
  ['a newline of its own', ['a', '\n', 'b\n'], ['a', 'b']],
  ['empty lines and carriage', ['\n\na\n\n'], ['a']],
  ['a character cut in two', [euro.subarray(0, 2), euro.subarray(2, 3), euro.subarray(3)], ['1€2']],
  ['every byte a chunk', [...euro].map((byte) => Buffer.of(byte)), ['1€2']],
  ['a last line that was cut off', ['a\nb'], ['a']],
  ['nothing', [], []],
]
for (const [what, chunks, lines] of cases) {
  test(`reads ${what}`, async () => assert.deepEqual(await collect(linesOf(bodyOf(...chunks), limits)), lines))
}

test('a line without end is an error, not a heap of memory', async () => {
  const chunks = Array.from({ length: 20 }, () => 'x'.repeat(10))
  await assert.rejects(collect(linesOf(bodyOf(...chunks), limits)), /longer than 100 bytes/)
})

test('silence is an error, and the body is destroyed', async () => {
  const body = new Readable({ read() {} })
  body.push('a\n')
  await assert.rejects(collect(linesOf(body, { idleMs: 10 })), /nothing came for/)
  assert.ok(body.destroyed)
})

test('a slow reader is not silence, and stops the body from flowing', async () => {
  let pulled = 0
  const body = new Readable({
    highWaterMark: 4,
    read() {
      pulled++
      this.push(pulled <= 100 ? 'ab\n' : null)
    },
  })
  const lines = linesOf(body, { idleMs: 10 })
  await lines.next()
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.ok(pulled < 10, `${pulled} chunks were pulled ahead`)
  assert.equal((await collect(lines)).length, 99)
})

test('who stops reading destroys the body', async () => {
  const body = bodyOf('a\n', 'b\n')
  for await (const line of linesOf(body, limits)) {
    assert.equal(line, 'a')
    break
  }
  assert.ok(body.destroyed)
})
