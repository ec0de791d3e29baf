interface Range {
  readonly name: string
  readonly least: number
  readonly most: number
  /** Names for values, counted from `least`. */
  readonly names?: readonly string[]
}

const ranges: readonly Range[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', least: 0, most: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

const shorthands = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'])
const every = /^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/

const numberIn = (text: string, { least, names = [] }: Range): number => {
  const named = names.indexOf(text.toLowerCase())
  if (named >= 0) return named + least
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

/** What is wrong with one of the parts between commas: a value, a range, with or without a step. */
function partProblem(part: string, range: Range): string | undefined {
  const [span = '', step, ...more] = part.split('/')
  if (more.length > 0) return `too many slashes: ${part}`
  if (step !== undefined && !/^[1-9]\d*$/.test(step)) return `step of range should be a positive number: ${part}`
  if (span === '*' || span === '?') return undefined
  const [from = '', to, ...rest] = span.split('-')
  if (rest.length > 0) return `too many hyphens: ${part}`
  const [first, last] = [numberIn(from, range), to === undefined ? numberIn(from, range) : numberIn(to, range)]
  if (Number.isNaN(first) || Number.isNaN(last)) return `failed to parse int from ${span}`
  if (first < range.least) return `beginning of range (${first}) below minimum (${range.least}): ${part}`
  if (last > range.most) return `end of range (${last}) above maximum (${range.most}): ${part}`
  return first > last ? `beginning of range (${first}) beyond end of range (${last}): ${part}` : undefined
}

/** What is wrong with the schedule of a CronJob, or undefined when it can be kept. */
export function cronProblem(schedule: string): string | undefined {
  if (/TZ=/.test(schedule)) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
  if (schedule.startsWith('@')) {
    return shorthands.has(schedule) || every.test(schedule) ? undefined : `unrecognized descriptor: ${schedule}`
  }
  const fields = schedule.trim().split(/\s+/)
  if (fields.length !== ranges.length) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  return ranges
    .flatMap((range, i) => (fields[i] ?? '').split(',').map((part) => partProblem(part, range)))
    .find((problem) => problem !== undefined)
}
