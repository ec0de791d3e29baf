import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { encode, type Frame, Frames } from './frames.ts'

const program = fileURLToPath(new URL('main.js', import.meta.url))

/** isolated-vm asks for the first. */
const flags = ['--no-node-snapshot', '--expose-gc']

export interface ChildEvents {
  /** It said something. */
  heard: (frame: Frame) => void
  /** It is gone; all it said has been heard. */
  ended: (how: string) => void
}

/** A process that runs programs. It does not keep this one alive, and goes when this one does. */
export class Child {
  readonly #process: ChildProcess
  readonly #channel: Socket
  #isCorked = false
  #complaint = ''

  constructor(events: ChildEvents, main = program) {
    this.#process = spawn(process.execPath, [...flags, main, `${process.pid}`], {
      cwd: '/',
      env: {}, // nothing of ours is any of its business
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#channel = this.#process.stdio[3] as Socket // a pipe, as `stdio` says
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-4096)
    })
    this.#hear(events)
    for (const held of [this.#process, this.#channel, this.#process.stderr as Socket]) held.unref()
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** What is said within one turn of the event loop goes out at once. */
  say(frame: Frame): void {
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#channel.cork()
      process.nextTick(() => {
        this.#isCorked = false
        this.#channel.uncork()
      })
    }
    this.#channel.write(encode(frame))
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #hear(events: ChildEvents): void {
    const frames = new Frames()
    this.#channel.on('data', (piece: Buffer) => {
      for (const frame of frames.with(piece)) events.heard(frame)
    })
    this.#channel.on('error', () => undefined) // it ends then
    this.#process.once('error', (error) => {
      this.#complaint = `Error: ${error.message}`
    })
    // when it is gone and its pipes are empty
    this.#process.once('close', (code, signal) => events.ended(signal ?? this.#reason(code)))
  }

  #reason(code: number | null): string {
    return /^\w*Error.*$/m.exec(this.#complaint)?.[0] ?? `code ${code}`
  }
}
