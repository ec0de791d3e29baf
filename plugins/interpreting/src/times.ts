type Time = string | undefined

/** The earliest of some RFC 3339 times; undefined when there is none. */
export const earliest = (times: readonly Time[]): Time =>
  times.reduce((first, time) => (first && (!time || Date.parse(first) <= Date.parse(time)) ? first : time), undefined)

/** The latest of some RFC 3339 times; undefined when there is none. */
export const latest = (times: readonly Time[]): Time =>
  times.reduce((last, time) => (last && (!time || Date.parse(last) >= Date.parse(time)) ? last : time), undefined)
