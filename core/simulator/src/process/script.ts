/** When a command of a script runs: always, or when the one before it succeeded or failed. */
export type When = ';' | '&&' | '||'

/** A part of a word: a text, or a variable. A variable outside of quotes is split at its blanks. */
export type Part = { readonly text: string } | { readonly variable: string; readonly isQuoted: boolean }

export interface Command {
  readonly when: When
  readonly words: readonly (readonly Part[])[]
}

const separators = /^(?:&&|\|\||;|\n)/
const unknown = /^(?:[|&<>`()]|\$\()/
const variable = /^\$(?:\{(\w+)\}|(\w+|\?))/

/** Reads a script from its beginning. */
class Reader {
  readonly #text: string
  #at = 0
  readonly commands: Command[] = []
  #when: When = ';'
  #words: Part[][] = []
  #word: Part[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  read(): readonly Command[] {
    while (this.#at < this.#text.length) this.#step()
    this.#endCommand(';')
    return this.commands
  }

  get #rest(): string {
    return this.#text.slice(this.#at)
  }

  #step(): void {
    const character = this.#text[this.#at] ?? ''
    const [separator] = separators.exec(this.#rest) ?? []
    const [strange] = unknown.exec(this.#rest) ?? []
    if (separator) this.#endCommand(separator === '\n' ? ';' : (separator as When), separator.length)
    else if (strange) throw new Error(`syntax error: "${strange}" is not known to this simulated shell`)
    else if (character === ' ' || character === '\t') this.#endWord()
    else if (character === '#' && !this.#word) this.#at += (/^[^\n]*/.exec(this.#rest) ?? [''])[0].length
    else if (character === "'") this.#single()
    else if (character === '"') this.#double()
    else if (character === '\\') this.#add({ text: this.#text[this.#at + 1] ?? '' }, 2)
    else if (!this.#variable(false)) this.#add({ text: character }, 1)
  }

  #add(part: Part, length: number): void {
    this.#word ??= []
    this.#word.push(part)
    this.#at += length
  }

  #variable(isQuoted: boolean): boolean {
    const [whole, braced, plain] = variable.exec(this.#rest) ?? []
    if (whole === undefined) return false
    this.#add({ variable: braced ?? plain ?? '', isQuoted }, whole.length)
    return true
  }

  #single(): void {
    const end = this.#text.indexOf("'", this.#at + 1)
    if (end < 0) throw new Error('syntax error: unterminated quoted string')
    this.#add({ text: this.#text.slice(this.#at + 1, end) }, end + 1 - this.#at)
  }

  #double(): void {
    this.#add({ text: '' }, 1)
    while (this.#text[this.#at] !== '"') {
      if (this.#at >= this.#text.length) throw new Error('syntax error: unterminated quoted string')
      const [, escaped] = /^\\(["\\$`])/.exec(this.#rest) ?? []
      if (escaped) this.#add({ text: escaped }, 2)
      else if (!this.#variable(true)) this.#add({ text: this.#text[this.#at] ?? '' }, 1)
    }
    this.#at++
  }

  #endWord(): void {
    if (this.#word) this.#words.push(this.#word)
    this.#word = undefined
    this.#at++
  }

  #endCommand(next: When, length = 0): void {
    if (this.#word) this.#words.push(this.#word)
    this.#word = undefined
    if (this.#words.length > 0) this.commands.push({ when: this.#when, words: this.#words })
    this.#when = next
    this.#words = []
    this.#at += length
  }
}

/** The commands of a script. Throws what is wrong with it, or more than is known here. */
export const readScript = (text: string): readonly Command[] => new Reader(text).read()

const partsOf = (part: Part, lookUp: (name: string) => string): readonly string[] => {
  if ('text' in part) return [part.text]
  const value = lookUp(part.variable)
  return part.isQuoted ? [value] : value.split(/\s+/)
}

/** What a word becomes when its variables are known: one word, none or several. */
export function expand(word: readonly Part[], lookUp: (name: string) => string): readonly string[] {
  const made = ['']
  for (const part of word) {
    const [first = '', ...others] = partsOf(part, lookUp)
    made.push(`${made.pop() ?? ''}${first}`, ...others)
  }
  const isEmpty = word.every((part) => 'variable' in part && !part.isQuoted)
  return isEmpty ? made.filter(Boolean) : made
}
