const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** What a duration looks like in a schema. */
export const durationPattern = '^(\\d+(\\.\\d+)?(ms|s|m|h))+$'

/** One that is longer than nothing. */
export const spanPattern = '^(?=.*[1-9])(\\d+(\\.\\d+)?(ms|s|m|h))+$'

/** A text is a duration such as `10s`, `1m30s` or `500ms`; the config holds milliseconds. */
export function milliseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0)
}
