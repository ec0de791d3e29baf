import { JSONPath } from 'jsonpath-plus'

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const step = /\.((?:[^.[\]\\*?()@ ]|\\.)+)|\[['"]([^'"]+)['"]\]/y

/** The keys of a path that only goes down objects, or undefined: `.spec.replicas`, `.metadata.labels.a\.b`, `.a['b.c']`. */
export const plainKeys = (path: string): readonly string[] | undefined => {
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`
  const keys: string[] = []
  step.lastIndex = 0
  while (step.lastIndex < text.length) {
    const found = step.exec(text)
    if (!found) return undefined
    keys.push(found[2] ?? found[1]?.replaceAll(/\\(.)/g, '$1') ?? '')
  }
  return keys
}

/** The value at the end of a list of keys. */
export const readKeys = (object: unknown, keys: readonly string[]): unknown => {
  let value = object
  for (const key of keys) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

const evaluate = (path: string, object: unknown): unknown => {
  if (typeof object !== 'object' || object === null) return undefined
  try {
    const found: unknown = JSONPath({ path, json: object, wrap: true, eval: 'safe' })
    return Array.isArray(found) ? found[0] : undefined
  } catch {
    return undefined // as kubectl prints it: a path that cannot be read has no value
  }
}

/** What reads the first value a JSON path finds: `.status.conditions[?(@.type=="Ready")].status`. */
export const compilePath = (path: string): ((object: unknown) => unknown) => {
  const keys = plainKeys(path)
  if (keys) return (object) => readKeys(object, keys)
  const whole = `$${path.startsWith('.') || path.startsWith('[') ? '' : '.'}${path}`
  return (object) => evaluate(whole, object)
}
