import { randomUUID } from 'node:crypto'
import { ApiError, deepFreeze, type Manifest, reasonOf } from '@flotilla/sdk'
import { isObject } from '../registry/json-path.ts'
import { Line, type Outside } from './line.ts'
import type { ClientConfig } from './place.ts'

/** Kubernetes waits as long. */
const timeout = 30_000

/** So many objects are asked about at once. */
const atOnce = 500

type Fields = Readonly<Record<string, unknown>>

const group = 'apiextensions.k8s.io/v1'

/** What went wrong, as a server says what is nobody's fault who asked. */
const failure = (message: string, cause?: unknown): ApiError => {
  const head = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure' } as const
  return new ApiError({ ...head, message, code: 500 }, { cause })
}

/** The objects in the answer of a webhook. Throws an `Error` that says why they are none. */
const objectsIn = (answer: unknown, uid: string, count: number): readonly unknown[] => {
  const { kind, apiVersion, response } = isObject(answer) ? answer : {}
  if (kind !== 'ConversionReview' || apiVersion !== group)
    throw new Error(`invalid response: expected ${group}, Kind=ConversionReview, got ${apiVersion}, Kind=${kind}`)
  if (!isObject(response)) throw new Error('invalid response: no response provided')
  if (response.uid !== uid)
    throw new Error(
      `invalid response: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`,
    )
  const { status, message } = isObject(response.result) ? response.result : ({} as Fields)
  if (status !== 'Success') {
    if (typeof message === 'string' && message !== '') throw new Error(message)
    throw new Error(`response.result.status was ${JSON.stringify(status ?? '')}, not "Success"`)
  }
  const { convertedObjects: objects } = response
  if (!Array.isArray(objects) || objects.length !== count)
    throw new Error(`webhook returned ${Array.isArray(objects) ? objects.length : 0} objects, expected ${count}`)
  return objects
}

const kept = ['name', 'namespace', 'uid'] as const

/** An object in an answer is not what was asked for. */
class Unfit extends Error {}

/** What keeps an answer from being the object in another version. */
const wrongWith = (found: unknown, { kind, metadata }: Manifest, apiVersion: string): string | undefined => {
  if (!isObject(found)) return 'invalid converted object: it is not an object'
  if (found.apiVersion !== apiVersion)
    return `invalid object at index %: invalid groupVersion (expected ${apiVersion}, received ${found.apiVersion})`
  if (found.kind !== kind) return `invalid object at index %: invalid kind (expected ${kind}, received ${found.kind})`
  const said = isObject(found.metadata) ? found.metadata : {}
  const changed = kept.find((field) => (said[field] ?? '') !== (metadata[field] ?? ''))
  return (
    changed &&
    `invalid object: must have the same ${changed}: ${metadata[changed] ?? ''} != ${String(said[changed] ?? '')}`
  )
}

/** An object as the webhook has it: of its metadata only labels and annotations may be others. */
const checked = (found: unknown, object: Manifest, apiVersion: string, index: number): Manifest => {
  const { metadata } = object
  const wrong = wrongWith(found, object, apiVersion)
  if (!isObject(found) || wrong) throw new Unfit(wrong?.replace('%', String(index)))
  const said = isObject(found.metadata) ? found.metadata : {}
  const { labels, annotations, ...rest } = metadata
  const whole = {
    ...found,
    metadata: {
      ...rest,
      ...(isObject(said.labels) && { labels: said.labels }),
      ...(isObject(said.annotations) && { annotations: said.annotations }),
    },
  }
  return deepFreeze(whole as unknown as Manifest) // the metadata is the object's own
}

/** Has a webhook say what objects are in other versions. */
export class Conversion {
  readonly #line: Line

  constructor(outside: Outside, config: ClientConfig) {
    this.#line = new Line(outside, config)
  }

  close(): void {
    this.#line.close()
  }

  /** Objects in another version, in their order. Throws the `ApiError` that says why there are none. */
  async translate(objects: readonly Manifest[], apiVersion: string): Promise<readonly Manifest[]> {
    const parts: Promise<readonly Manifest[]>[] = []
    for (let start = 0; start < objects.length; start += atOnce)
      parts.push(this.#ask(objects.slice(start, start + atOnce), apiVersion))
    return (await Promise.all(parts)).flat()
  }

  async #ask(objects: readonly Manifest[], desiredAPIVersion: string): Promise<readonly Manifest[]> {
    const uid = randomUUID()
    const request = { uid, desiredAPIVersion, objects }
    try {
      const question = JSON.stringify({ kind: 'ConversionReview', apiVersion: group, request })
      const found = objectsIn(await this.#line.ask(question, timeout), uid, objects.length)
      return objects.map((object, i) => checked(found[i], object, desiredAPIVersion, i))
    } catch (error) {
      const [{ apiVersion = '', kind = '' } = {}] = objects
      const what = error instanceof Unfit ? 'returned ' : 'failed: '
      throw failure(`conversion webhook for ${apiVersion}, Kind=${kind} ${what}${reasonOf(error)}`, error)
    }
  }
}
