/** What runs in a process of its own: it is told which programs there are and what to call, one thing after the other. */
import { readSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { encode, type Frame, Frames } from './frames.ts'
import { Isolated, type Source } from './isolated.ts'
import { Residents } from './residents.ts'

const channel = 3

/** A program that cannot be stopped would outlive whoever started this process, for nobody is left to end it. */
const sentry = `
  const [, , starter] = process.argv
  const nap = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    if (String(process.ppid) !== starter) process.kill(process.pid, 'SIGKILL')
    Atomics.wait(nap, 0, 0, 250)
  }`

const residents = new Residents((source) => new Isolated(source))

/** The first sign of a text says what is to be done; undefined when nobody waits for an answer. */
function answerTo({ program, text }: Frame): string | undefined {
  const rest = text.slice(1)
  const end = rest.indexOf('\n')
  switch (text[0]) {
    case 'c':
      return residents.call(program, rest.slice(0, end), rest.slice(end + 1))
    case 'l':
      return residents.load(program)
    case 'k':
      residents.know(program, JSON.parse(rest) as Source) // as `Tenant` writes it
      return undefined
    default:
      residents.drop(program)
      return undefined
  }
}

function write(bytes: Buffer): void {
  for (let from = 0; from < bytes.length; ) from += writeSync(channel, bytes, from)
}

/** After how many characters of long answers they are given back: V8 keeps them outside of the heap, and does not see how many they are. */
const enough = 16 * 2 ** 20
let given = 0

function tidy(length: number): void {
  if (length > 1000) given += length
  if (given < enough) return
  given = 0
  gc?.()
}

/** Waits in the thread itself: nothing else happens here, and an event loop would cost more than a call. */
function serve(): void {
  const frames = new Frames()
  const room = Buffer.allocUnsafe(64 * 2 ** 10)
  for (;;) {
    const length = readSync(channel, room)
    if (length === 0) return
    for (const frame of frames.with(room.subarray(0, length))) {
      const answer = answerTo(frame)
      if (answer === undefined) continue
      write(encode({ program: frame.program, text: answer }))
      tidy(answer.length)
    }
  }
}

write(encode({ program: 0, text: '=ready' }))
new Worker(sentry, { eval: true, argv: process.argv.slice(2), resourceLimits: { maxOldGenerationSizeMb: 8 } })
try {
  serve()
} finally {
  process.exit() // whoever spoke to us is gone
}
