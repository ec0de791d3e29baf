import { type Fields, fieldAt, isFields } from './fields.ts'
import type { Manifest } from './manifest.ts'

/** What is wrong with a manifest, and where: a JSON pointer. */
export interface Damage {
  readonly path: string
  readonly reason: string
}

const pointer = (path: readonly string[]): string =>
  path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const identity: readonly (readonly string[])[] = [
  ['apiVersion'],
  ['kind'],
  ['metadata', 'name'],
  ['metadata', 'namespace'],
]

/** Its address is how everything finds it again. */
function* identityDamage(before: Manifest, after: Manifest): Iterable<Damage> {
  for (const path of identity) {
    const [was, is] = [fieldAt(before, path), fieldAt(after, path)]
    if (is !== was) yield { path: pointer(path), reason: `it has to stay ${JSON.stringify(was) ?? 'unset'}` }
  }
}

/** Maps of texts, by kind; of every kind those in `metadata`. */
const ofAny: readonly (readonly string[])[] = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
]
const textMaps: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ConfigMap: [['data'], ['binaryData']],
  Secret: [['data'], ['stringData']],
}

function* textMapDamage(manifest: Manifest): Iterable<Damage> {
  for (const path of [...ofAny, ...(textMaps[manifest.kind] ?? [])]) {
    const map = fieldAt(manifest, path)
    if (map === undefined || map === null) continue
    if (!isFields(map)) yield { path: pointer(path), reason: 'it has to be a map of texts' }
    else yield* entryDamage(map, path)
  }
}

function* entryDamage(map: Fields, path: readonly string[]): Iterable<Damage> {
  for (const [key, value] of Object.entries(map))
    if (typeof value !== 'string')
      yield { path: pointer([...path, key]), reason: `it has to be a text, not ${JSON.stringify(value)}` }
}

const pod = ['spec', 'containers']
const podTemplate = [
  ['spec', 'selector'],
  ['spec', 'template', 'spec', 'containers'],
]

/** What no cluster takes such an object without. */
const needed: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Pod: [pod],
  Deployment: podTemplate,
  ReplicaSet: podTemplate,
  StatefulSet: podTemplate,
  DaemonSet: podTemplate,
  Job: [['spec', 'template', ...pod]],
  CronJob: [
    ['spec', 'schedule'],
    ['spec', 'jobTemplate', 'spec', 'template', ...pod],
  ],
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** How far down a path there still is something. */
function gone(manifest: Manifest, path: readonly string[]): readonly string[] {
  const depth = path.findIndex((_, index) => isEmpty(fieldAt(manifest, path.slice(0, index + 1))))
  return path.slice(0, depth + 1)
}

function* neededDamage(before: Manifest, after: Manifest): Iterable<Damage> {
  for (const path of needed[before.kind] ?? [])
    if (!isEmpty(fieldAt(before, path)) && isEmpty(fieldAt(after, path)))
      yield { path: pointer(gone(after, path)), reason: `a ${before.kind} cannot be without it` }
}

/** What an object was stays one. */
function* shapeDamage(before: Manifest, after: Manifest): Iterable<Damage> {
  for (const [key, value] of Object.entries(after))
    if (isFields(before[key]) && !isFields(value)) yield { path: pointer([key]), reason: 'it has to be an object' }
}

function* damages(before: Manifest, after: Manifest): Iterable<Damage> {
  if (!isFields(after.metadata)) yield { path: '/metadata', reason: 'an object cannot be without it' }
  yield* identityDamage(before, after)
  yield* shapeDamage(before, after)
  yield* textMapDamage(after)
  yield* neededDamage(before, after)
}

/**
 * The first thing that is wrong with a manifest that was changed on its way to a cluster: it became another object, or one
 * that no cluster would take. Undefined when nothing is. What only the cluster knows is for the cluster to say.
 */
export function damage(before: Manifest, after: Manifest): Damage | undefined {
  for (const each of damages(before, after)) return each
  return undefined
}
