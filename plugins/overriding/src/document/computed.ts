import { compile } from '@flotilla/cel'
import { type Cluster, deepFreeze, errors, type Json, type Manifest, overrideVariables, reasonOf } from '@flotilla/sdk'

/** What an expression looks at. */
export interface Scene {
  /** As the overriders before this one left it. */
  readonly manifest: Manifest
  readonly cluster: Cluster
}

/**
 * What of a cluster an expression may see: what its owners say of it, and its version. Not what changes by itself all the
 * time, or Works would change with it.
 */
function viewOf({ metadata, spec, status }: Cluster): object {
  const { name, labels = {}, annotations = {} } = metadata
  const { provider = '', region = '', zone = '', zones = [], syncMode } = spec
  return {
    metadata: { name, labels, annotations },
    spec: { provider, region, zone, zones, syncMode },
    status: { kubernetesVersion: status?.kubernetesVersion ?? '' },
  }
}

const views = new WeakMap<Cluster, object>()

function view(cluster: Cluster): object {
  const known = views.get(cluster)
  if (known) return known
  const made = deepFreeze(viewOf(cluster))
  views.set(cluster, made)
  return made
}

/**
 * The value of an expression. `value` is what stands at the path now, null where nothing does. Throws `OVERRIDE_PATH` with
 * the path when there is no value, or not one that `as` accepts.
 */
export function computed<T extends Json>(
  cel: string,
  { manifest, cluster }: Scene,
  { path, value = null, as }: { readonly path: string; readonly value?: unknown; readonly as: (value: Json) => T },
): T {
  try {
    return as(compile(cel, overrideVariables).evaluate({ object: manifest, cluster: view(cluster), value }))
  } catch (cause) {
    throw errors.OVERRIDE_PATH(path, reasonOf(cause), cause)
  }
}

const wrong = (value: Json, wanted: string): Error =>
  new Error(`the expression has to have ${wanted} as its value, not ${JSON.stringify(value).slice(0, 200)}`)

const isText = (value: unknown): value is string => typeof value === 'string'

export const anyValue = (value: Json): Json => value

export function text(value: Json): string {
  if (isText(value)) return value
  throw wrong(value, 'a text')
}

export function texts(value: Json): readonly string[] {
  if (Array.isArray(value) && value.every(isText)) return value
  throw wrong(value, 'a list of texts')
}

type Texts = Readonly<Record<string, string>>

const isTexts = (value: Json): value is Texts =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText)

export function textMap(value: Json): Texts {
  if (isTexts(value)) return value
  throw wrong(value, 'a map of texts')
}
