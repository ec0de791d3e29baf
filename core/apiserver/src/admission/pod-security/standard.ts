import { baseline } from './baseline.ts'
import type { Check } from './check.ts'
import type { Pod } from './pod.ts'
import { restricted } from './restricted.ts'

export const levels = ['privileged', 'baseline', 'restricted'] as const

export type Level = (typeof levels)[number]

/** A level, as a version of Kubernetes understands it. */
export interface Standard {
  readonly level: Level
  /** `latest`, `v1.30`. */
  readonly version: string
}

/** The minor version of Kubernetes whose kinds are served. */
export const newest = 36

export const minorOf = (version: string): number | undefined => {
  if (version === 'latest') return newest
  const found = /^v1\.(0|[1-9]\d{0,3})$/.exec(version)?.[1]
  return found === undefined ? undefined : Number(found)
}

const checksOf = (level: Level, minor: number): readonly Check[] => {
  const isKnown = ({ since = 0 }: Check) => since <= minor
  if (level === 'privileged') return []
  if (level === 'baseline') return baseline.filter(isKnown)
  const strict = restricted.filter(isKnown)
  const replaced = new Set(strict.map(({ id }) => id))
  return [...baseline.filter((check) => isKnown(check) && !replaced.has(check.id)), ...strict]
}

const known = new Map<string, readonly Check[]>()

const checksFor = ({ level, version }: Standard): readonly Check[] => {
  const minor = Math.min(minorOf(version) ?? newest, newest)
  const key = `${level} ${minor}`
  const found = known.get(key) ?? checksOf(level, minor)
  known.set(key, found)
  return found
}

/** What of a standard a Pod does not keep: reasons, and what is wrong. */
export interface Violations {
  readonly reasons: string
  readonly details: string
}

export const violationsOf = (standard: Standard, pod: Pod): Violations | undefined => {
  const minor = Math.min(minorOf(standard.version) ?? newest, newest)
  const found = checksFor(standard).flatMap(({ reason, look }) => {
    const wrong = look(pod, minor)
    return wrong === undefined ? [] : [{ reason, wrong }]
  })
  if (found.length === 0) return undefined
  return {
    reasons: found.map(({ reason }) => reason).join(', '),
    details: found.map(({ reason, wrong }) => `${reason} (${wrong})`).join(', '),
  }
}

export const called = ({ level, version }: Standard): string => `${level}:${version}`
