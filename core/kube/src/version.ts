const isNumber = (version: string): boolean => /^\d+$/.test(version)

/**
 * Whether a resourceVersion is of before another one. Kubernetes hands out numbers that grow; of a server that hands out
 * anything else, or nothing, nobody knows.
 */
export function isBefore(version: string | undefined, other: string | undefined): boolean {
  if (!version || !other || !isNumber(version) || !isNumber(other)) return false
  return version.length === other.length ? version < other : version.length < other.length
}
