import type { Readable } from 'node:stream'

/** What a process reads. */
export interface Input {
  /** What comes next; undefined at the end. */
  read(): Promise<Buffer | undefined>
}

/** Nothing at all. */
export const noInput: Input = { read: async () => undefined }

/** As it comes. */
export function plainInput(stdin: Readable): Input {
  const chunks = stdin[Symbol.asyncIterator]()
  return {
    async read() {
      try {
        const { value, done } = await chunks.next()
        return done ? undefined : value
      } catch {
        return undefined // the client has left
      }
    },
  }
}

/** Lines that are typed may wait so long, in bytes. */
const most = 64 * 1024

const key = { interrupt: '\u0003', end: '\u0004', backspace: '\b', delete: '\u007f' } as const

/** What is typed at a terminal: it is shown, may be taken back, and comes line by line. */
export class Typed implements Input {
  readonly #show: (text: string) => void
  readonly #lines: string[] = []
  #line = ''
  #isOver = false
  #waiting: (() => void) | undefined
  /** Hears of Ctrl-C. */
  interrupted: (() => void) | undefined

  constructor(stdin: Readable, show: (text: string) => void) {
    this.#show = show
    stdin.on('data', (chunk: Buffer) => this.#type(chunk.toString()))
    stdin.on('close', () => this.#end())
    stdin.on('end', () => this.#end())
  }

  async read(): Promise<Buffer | undefined> {
    while (this.#lines.length === 0 && !this.#isOver) await this.#more()
    const line = this.#lines.shift()
    return line ? Buffer.from(line) : undefined // an empty one is Ctrl-D
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  #type(text: string): void {
    for (const character of text) this.#press(character)
  }

  #press(character: string): void {
    if (character === key.interrupt) this.#interrupt()
    else if (character === key.end) this.#line === '' && this.#give('')
    else if (character === key.backspace || character === key.delete) this.#takeBack()
    else if (character === '\r' || character === '\n') this.#enter()
    else if (this.#line.length < most) {
      this.#line += character
      this.#show(character)
    }
  }

  #interrupt(): void {
    this.#show('^C\n')
    this.#line = ''
    if (this.interrupted) this.interrupted()
    else this.#give('\n')
  }

  #takeBack(): void {
    if (this.#line === '') return
    this.#line = this.#line.slice(0, -1)
    this.#show('\b \b')
  }

  #enter(): void {
    this.#show('\n')
    const line = `${this.#line}\n`
    this.#line = ''
    this.#give(line)
  }

  #give(line: string): void {
    if (this.#lines.length < most) this.#lines.push(line)
    this.#waiting?.()
  }

  #end(): void {
    this.#isOver = true
    this.#waiting?.()
  }
}

/** Reads line by line what comes in chunks. */
export class Lines {
  readonly #input: Input
  #rest = ''

  constructor(input: Input) {
    this.#input = input
  }

  /** The next line without its end; undefined when there is none. */
  async next(): Promise<string | undefined> {
    while (!this.#rest.includes('\n')) {
      const chunk = await this.#input.read()
      if (chunk === undefined) return this.#last()
      this.#rest = (this.#rest + chunk).slice(0, most * 4)
    }
    const end = this.#rest.indexOf('\n')
    const line = this.#rest.slice(0, end)
    this.#rest = this.#rest.slice(end + 1)
    return line
  }

  #last(): string | undefined {
    const line = this.#rest
    this.#rest = ''
    return line || undefined
  }
}
