import type { HostFunction } from './kube.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

const two = (number: number): string => String(number).padStart(2, '0')
const short = (name = ''): string => name.slice(0, 3)

/** A letter after `%`, and what it stands for. */
const verbs: Readonly<Record<string, (at: Date) => string>> = {
  a: (at) => short(days[at.getUTCDay()]),
  A: (at) => days[at.getUTCDay()] ?? '',
  b: (at) => short(months[at.getUTCMonth()]),
  B: (at) => months[at.getUTCMonth()] ?? '',
  c: (at) => written('%d %b %y %H:%M %Z', at),
  d: (at) => two(at.getUTCDate()),
  F: (at) => written('%Y-%m-%d', at),
  H: (at) => two(at.getUTCHours()),
  I: (at) => two(at.getUTCHours() % 12 || 12),
  m: (at) => two(at.getUTCMonth() + 1),
  M: (at) => two(at.getUTCMinutes()),
  p: (at) => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (at) => (at.getUTCHours() < 12 ? 'am' : 'pm'),
  S: (at) => two(at.getUTCSeconds()),
  w: (at) => String(at.getUTCDay()),
  x: (at) => written('%d/%m/%y', at),
  X: (at) => written('%H:%M:%S', at),
  y: (at) => two(at.getUTCFullYear() % 100),
  Y: (at) => String(at.getUTCFullYear()),
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
}

const written = (format: string, at: Date): string =>
  format.replaceAll(/%(.)/g, (verb, letter: string) => verbs[letter]?.(at) ?? verb)

const parts = (at: Date) => ({
  year: at.getUTCFullYear(),
  month: at.getUTCMonth() + 1,
  day: at.getUTCDate(),
  hour: at.getUTCHours(),
  min: at.getUTCMinutes(),
  sec: at.getUTCSeconds(),
  wday: at.getUTCDay() + 1,
  yday: Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0)) / 86_400_000) + 1,
  isdst: false,
})

function momentOf(fields: Readonly<Record<string, unknown>>): number {
  const field = (name: string, otherwise?: number): number => {
    const number = Number(fields[name] ?? otherwise)
    if (Number.isNaN(number)) throw new Error(`field '${name}' missing in date table`)
    return number
  }
  const [year, month, day] = [field('year'), field('month'), field('day')]
  return Date.UTC(year, month - 1, day, field('hour', 12), field('min', 0), field('sec', 0)) / 1000
}

/** The functions of `os` that scripts have. A cluster has no hours of its own: it is always UTC. */
export const clock = (now: () => number): Readonly<Record<string, HostFunction>> => ({
  time: ([fields]) =>
    typeof fields === 'object' && fields !== null
      ? momentOf(fields as Readonly<Record<string, unknown>>)
      : Math.floor(now() / 1000),
  date: ([format, seconds]) => {
    const at = new Date(typeof seconds === 'number' ? seconds * 1000 : now())
    if (Number.isNaN(at.getTime())) throw new Error('there is no such time')
    const wanted = typeof format === 'string' ? format.replace(/^!/, '') : '%c'
    return wanted.startsWith('*t') ? parts(at) : written(wanted, at)
  },
})
