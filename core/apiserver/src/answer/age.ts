const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

interface Step {
  /** Below so many seconds. */
  readonly below: number
  readonly unit: number
  readonly letter: string
  /** A second unit, shown when it is not zero. */
  readonly rest?: { readonly unit: number; readonly letter: string }
}

/** As kubectl shows them: never more than three digits of anything that matters. */
const steps: readonly Step[] = [
  { below: 2 * minute, unit: 1, letter: 's' },
  { below: 10 * minute, unit: minute, letter: 'm', rest: { unit: 1, letter: 's' } },
  { below: 3 * hour, unit: minute, letter: 'm' },
  { below: 8 * hour, unit: hour, letter: 'h', rest: { unit: minute, letter: 'm' } },
  { below: 2 * day, unit: hour, letter: 'h' },
  { below: 8 * day, unit: day, letter: 'd', rest: { unit: hour, letter: 'h' } },
  { below: 2 * year, unit: day, letter: 'd' },
  { below: 8 * year, unit: year, letter: 'y', rest: { unit: day, letter: 'd' } },
  { below: Number.POSITIVE_INFINITY, unit: year, letter: 'y' },
]

const restOf = (seconds: number, { unit, rest }: Step): string => {
  if (rest === undefined) return ''
  const left = Math.floor((seconds % unit) / rest.unit)
  return left === 0 ? '' : `${left}${rest.letter}`
}

/** A duration as `kubectl get` shows it: `90s`, `5m30s`, `3h`, `12d`. */
export const humanDuration = (seconds: number): string => {
  const whole = Math.floor(seconds)
  if (whole < -1) return '<invalid>'
  if (whole <= 0) return '0s'
  const step = steps.find(({ below }) => whole < below)
  return step ? `${Math.floor(whole / step.unit)}${step.letter}${restOf(whole, step)}` : ''
}

/** How long ago a time was. No time is `<unknown>`. */
export const age = (time: unknown, now: Date): string => {
  if (time === undefined || time === null) return '<unknown>'
  const then = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(then) ? '<invalid>' : humanDuration((now.getTime() - then) / 1000)
}
