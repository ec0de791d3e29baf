import { deepEqual, type Fields, isFields } from '@flotilla/sdk'
import { byName } from './named.ts'

/** One place where an object is not what it should be. */
export interface Difference {
  /** As Kubernetes writes paths: `spec.template.spec.containers[name=web].image`. Empty for the object as a whole. */
  readonly path: string
  /** Undefined where nothing should stand. */
  readonly desired?: unknown
  /** Undefined where nothing stands. */
  readonly observed?: unknown
}

const isPlainKey = (key: string): boolean => /^[\w-]+$/.test(key)

const below = (path: string, key: string): string => {
  if (!isPlainKey(key)) return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}

type List = readonly unknown[]

function* inMaps(path: string, desired: Fields, observed: Fields): Iterable<Difference> {
  for (const key of new Set([...Object.keys(desired), ...Object.keys(observed)])) {
    yield* between(below(path, key), desired[key], observed[key])
  }
}

function* inLists(path: string, desired: List, observed: List): Iterable<Difference> {
  const [wanted, there] = [byName(desired), byName(observed)]
  if (wanted && there) {
    for (const name of new Set([...wanted.keys(), ...there.keys()])) {
      yield* between(`${path}[name=${name}]`, wanted.get(name), there.get(name))
    }
    return
  }
  if (![...desired, ...observed].every(isFields)) return yield { path, desired, observed }
  for (let i = 0; i < Math.max(desired.length, observed.length); i++) {
    yield* between(`${path}[${i}]`, desired[i], observed[i])
  }
}

function* between(path: string, desired: unknown, observed: unknown): Iterable<Difference> {
  if (deepEqual(desired, observed)) return
  if (isFields(desired) && isFields(observed)) yield* inMaps(path, desired, observed)
  else if (Array.isArray(desired) && Array.isArray(observed)) yield* inLists(path, desired, observed)
  else yield { path, desired, observed }
}

/**
 * Where an object is not what it should be, place by place, in the order of what is desired. Elements of lists are
 * told apart by `name` where all have one, else by position; lists of plain values differ as a whole.
 */
export const differences = (desired: unknown, observed: unknown): readonly Difference[] => [
  ...between('', desired, observed),
]
