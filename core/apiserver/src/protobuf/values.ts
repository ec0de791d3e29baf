/** The fields of a message, as they were on the wire. */
type Fields = Readonly<Record<string, unknown>>

/** The last second with a year of four digits. */
const lastSecond = 253_402_300_799
/** The first second of the year 1, which Go means when it says nothing. */
const firstSecond = -62_135_596_800
const nanosInSecond = 1e9
const nanosInMicrosecond = 1000

/** `2026-01-31T12:00:00`, without what Kubernetes adds. */
const upToSeconds = (seconds: number): string => {
  if (seconds < firstSecond || seconds > lastSecond) throw new RangeError(`${seconds} seconds are no time`)
  return new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length)
}

const time = ({ seconds = 0 }: { readonly seconds?: number }): string => `${upToSeconds(seconds)}Z`

const microTime = ({ seconds = 0, nanos = 0 }: { readonly seconds?: number; readonly nanos?: number }): string => {
  if (nanos < 0 || nanos >= nanosInSecond) throw new RangeError(`${nanos} nanoseconds are no time`)
  const micros = String(Math.floor(nanos / nanosInMicrosecond))
  return `${upToSeconds(seconds)}.${micros.padStart(6, '0')}Z`
}

const isNothing = (fields: Fields): boolean => Object.keys(fields).length === 0

const filled = (list: unknown): unknown => (Array.isArray(list) && list.length > 0 ? list : undefined)

/** Messages that are no object in JSON, by what the descriptor calls them. `undefined` where Go says null. */
export const values: ReadonlyMap<unknown, (fields: Fields) => unknown> = new Map([
  ['list', ({ items = [] }: Fields) => items],
  ['JSON', ({ text }: Fields) => (text ? JSON.parse(String(text)) : undefined)],
  ['Quantity', ({ string }: Fields) => string || '0'],
  ['IntOrString', ({ type, intVal = 0, strVal = '' }: Fields) => (type ? strVal : intVal)],
  ['Time', (fields: Fields) => (isNothing(fields) ? undefined : time(fields))],
  ['MicroTime', (fields: Fields) => (isNothing(fields) ? undefined : microTime(fields))],
  ['JSONSchemaPropsOrBool', ({ schema, allows = false }: Fields) => schema ?? allows],
  ['JSONSchemaPropsOrArray', ({ schema, jSONSchemas }: Fields) => filled(jSONSchemas) ?? schema],
  ['JSONSchemaPropsOrStringArray', ({ schema, property }: Fields) => filled(property) ?? schema],
])
