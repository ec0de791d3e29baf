/** What a module may have at most: its memory ends where the sandbox says, whatever it asks for. */

/** How many entries a table may have, and how many tables there may be. They live beside the memory. */
const table = { entries: 2 ** 17, count: 8 }

const page = 2 ** 16

/** Reads a module's bytes from one place on. */
class Reader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  get isDone(): boolean {
    return this.at >= this.#bytes.length
  }

  byte(): number {
    const byte = this.#bytes[this.at++]
    if (byte === undefined) throw new Error('the module is cut off')
    return byte
  }

  /** A number in LEB128, as long as it may be. */
  number(): number {
    let value = 0
    for (let weight = 1; weight < 2 ** 70; weight *= 128) {
      const byte = this.byte()
      value += (byte & 127) * weight
      if (byte < 128) return value
    }
    throw new Error('the module has a number that is too long')
  }

  part(length: number): Uint8Array {
    this.at += length
    if (this.at > this.#bytes.length) throw new Error('the module is cut off')
    return this.#bytes.subarray(this.at - length, this.at)
  }
}

/** A number in LEB128. */
function written(value: number): readonly number[] {
  const rest = Math.floor(value / 128)
  return rest > 0 ? [(value % 128) + 128, ...written(rest)] : [value]
}

interface Most {
  /** What there may be of it, and from what on it may not begin. */
  readonly most: number
  tooMuch(least: number): Error
}

/** The limits of a memory or a table, with an end. */
function limits(reader: Reader, { most, tooMuch }: Most): readonly number[] {
  const flags = reader.byte()
  if (flags > 7) throw new Error('it uses a kind of memory that is not known here')
  const least = reader.number()
  const own = flags & 1 ? reader.number() : most
  if (least > most) throw tooMuch(least)
  return [flags | 1, ...written(least), ...written(Math.min(own, most))]
}

function memories(reader: Reader, bytes: number): readonly number[] {
  if (reader.number() !== 1) throw new Error('it has more than one memory')
  const tooMuch = (pages: number) =>
    new Error(`it begins with ${(pages * page) / 2 ** 20} MiB of memory and may have ${Math.floor(bytes / 2 ** 20)}`)
  return [1, ...limits(reader, { most: Math.floor(bytes / page), tooMuch })]
}

/** The type of a reference takes one byte, or two and a number. */
const reference = (reader: Reader): readonly number[] => {
  const type = reader.byte()
  return type === 0x63 || type === 0x64 ? [type, ...written(reader.number())] : [type]
}

function tables(reader: Reader): readonly number[] {
  const count = reader.number()
  if (count > table.count) throw new Error(`it has more than ${table.count} tables`)
  const tooMuch = () => new Error(`it has a table of more than ${table.entries} entries`)
  const each = Array.from({ length: count }, () => {
    const type = reference(reader)
    if (type[0] === 0x40) throw new Error('it has a table that is filled from the start')
    return [...type, ...limits(reader, { most: table.entries, tooMuch })]
  })
  return [count, ...each.flat()]
}

/** Structures and arrays of a garbage collector would live outside the module's memory. */
function noStructures(reader: Reader): void {
  const valueTypes = () => {
    for (let count = reader.number(); count > 0; count--) reference(reader)
  }
  for (let count = reader.number(); count > 0; count--) {
    if (reader.byte() !== 0x60) throw new Error('it uses memory that is garbage collected, which has no limit')
    valueTypes()
    valueTypes()
  }
}

/** What becomes of a section. */
function bounded(id: number, content: Uint8Array, memory: number): Uint8Array {
  const reader = new Reader(content)
  if (id === 1) noStructures(reader)
  if (id === 4) return Uint8Array.from(tables(reader))
  if (id === 5) return Uint8Array.from(memories(reader, memory))
  return content
}

/** The same module, with a memory of no more than so many bytes. Throws when that is not enough for it, or cannot be said of it. */
export function withinBounds(module: Uint8Array, memory: number): Uint8Array<ArrayBuffer> {
  const reader = new Reader(module)
  const parts: Uint8Array[] = [reader.part(8)]
  while (!reader.isDone) {
    const id = reader.byte()
    const section = bounded(id, reader.part(reader.number()), memory)
    parts.push(Uint8Array.from([id, ...written(section.length)]), section)
  }
  return Buffer.concat(parts)
}
