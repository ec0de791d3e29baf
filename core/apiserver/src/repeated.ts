/** What bodies were read from, as long as someone has them. */
const texts = new WeakMap<object, string>()

/** Keeps what a body in JSON was read from; answers the body. */
export const readFrom = (value: unknown, text: string): unknown => {
  if (typeof value === 'object' && value !== null) texts.set(value, text)
  return value
}

interface Level {
  /** Where it is, with the dot or bracket that leads into it. */
  readonly path: string
  /** Of an object; a list has none. */
  readonly names: Set<string> | undefined
  name: string
  index: number
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

const pathOf = ({ path, names, name, index }: Level): string =>
  names ? `${path}${path && '.'}${name}` : `${path}[${index}]`

const opened = (level: Level | undefined, isObject: boolean): Level => ({
  path: level ? pathOf(level) : '',
  names: isObject ? new Set() : undefined,
  name: '',
  index: 0,
})

/** Fields that valid JSON names twice, where they are. */
const scan = (text: string): readonly string[] => {
  const levels: Level[] = []
  const found: string[] = []
  let last = ''
  for (const [part] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (part === '{' || part === '[') levels.push(opened(level, part === '{'))
    else if (part === '}' || part === ']') levels.pop()
    else if (part === ',' && level) level.index += 1
    else if (part === ':' && level?.names) {
      level.name = JSON.parse(last)
      if (level.names.has(level.name)) found.push(pathOf(level))
      level.names.add(level.name)
    }
    last = part
  }
  return [...new Set(found)]
}

/** The fields a body names twice, of which only the last is in it. What reads as it would be written, names none twice; Go ends it with a new line. */
export const repeatedIn = (body: unknown): readonly string[] => {
  const text = typeof body === 'object' && body !== null ? texts.get(body) : undefined
  return text === undefined || JSON.stringify(body) === text.trimEnd() ? [] : scan(text)
}
