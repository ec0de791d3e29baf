/** How many characters of texts are kept: twice this, for what is looked at often stays. */
const kept = 4 * 2 ** 20

/** A frozen object of the caches is asked about again and again: of health, of status, of what it needs. It is made a text once. */
class Texts {
  readonly #kept: number
  #young = new WeakMap<object, string>()
  #old = new WeakMap<object, string>()
  #size = 0

  constructor(kept: number) {
    this.#kept = kept
  }

  of(value: object): string {
    const known = this.#young.get(value)
    if (known !== undefined) return known
    const text = this.#old.get(value) ?? JSON.stringify(value)
    this.#size += text.length
    if (this.#size > this.#kept) this.#age(text.length)
    this.#young.set(value, text)
    return text
  }

  /** What was not asked for since the last time is forgotten. */
  #age(size: number): void {
    this.#old = this.#young
    this.#young = new WeakMap()
    this.#size = size
  }
}

const texts = new Texts(kept)

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype

/** A value as JSON text: that of its frozen parts is remembered. What JSON cannot hold is `null`. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Object.isFrozen(value)) return texts.of(value)
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`
  if (!isPlain(value)) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${textOf(member)}`).join(',')}}`
}
