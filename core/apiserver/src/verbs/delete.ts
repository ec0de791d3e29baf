import { ApiError, type Manifest, type ObjectMeta } from '@flotilla/sdk'
import { isAdmitted } from '../admission/admission.ts'
import { isDryRun } from '../dry-run.ts'
import { withMetadata } from '../object/metadata.ts'
import { isObject, readKeys } from '../registry/json-path.ts'
import type { Served } from '../registry/registry.ts'
import { type BodyAnswer, isTrue } from '../request.ts'
import { cause } from '../schema/causes.ts'
import { refusal, success } from '../status.ts'
import { addressOf, type Call, stored, timestamp, viewed } from '../target.ts'
import { listOf } from './list.ts'
import { dryRunCauses, integerIn, invalidOptions } from './options.ts'

/** How dependents are treated. */
type Propagation = 'Background' | 'Foreground' | 'Orphan'

/** The `DeleteOptions` of a request. */
interface Options {
  readonly propagation?: Propagation
  /** In seconds. */
  readonly grace?: number
  readonly uid?: string
  readonly resourceVersion?: string
  readonly dryRun: boolean
}

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

/** What must happen before an object may go. Namespaces have a list of their own beside the usual one; Pods have to end. */
export const isHeld = ({ group, plural }: Pick<Served, 'group' | 'plural'>, object: Manifest): boolean => {
  if (object.metadata.finalizers?.length) return true
  if ((object.metadata.deletionGracePeriodSeconds ?? 0) > 0) return true
  if (group !== '' || plural !== 'namespaces') return false
  const finalizers = readKeys(object, ['spec', 'finalizers'])
  return Array.isArray(finalizers) && finalizers.length > 0
}

const propagations: ReadonlySet<unknown> = new Set<Propagation>(['Background', 'Foreground', 'Orphan'])

const propagationOf = (value: unknown): Propagation | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  if (propagations.has(value)) return value as Propagation // the set has no others
  throw invalidOptions('DeleteOptions', [
    cause.notSupported('propagationPolicy', value, ['Foreground', 'Background', 'Orphan', 'nil']),
  ])
}

/** Seconds; what is less than none is little. */
const graceOf = (value: unknown): number | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  const seconds = integerIn(String(value)) ?? 0
  return seconds < 0 ? 1 : seconds
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

/** What a part of `DeleteOptions` has to be where it is said. Nothing is deleted on a misunderstanding. */
const shapes: Readonly<Record<string, (value: unknown) => boolean>> = {
  gracePeriodSeconds: Number.isInteger,
  preconditions: isObject,
  orphanDependents: (value) => typeof value === 'boolean',
  dryRun: Array.isArray,
}

const checkShapes = (body: Readonly<Record<string, unknown>>): void => {
  for (const [name, fits] of Object.entries(shapes)) {
    const value = body[name] ?? undefined
    if (value !== undefined && !fits(value)) throw refusal.badRequest(`the DeleteOptions have a wrong type in ${name}`)
  }
}

const expected = { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions' } as const

const checkKind = ({
  apiVersion = expected.apiVersion,
  kind = expected.kind,
}: Readonly<Record<string, unknown>>): void => {
  if (kind !== expected.kind)
    throw refusal.badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
}

/** What may not be said together, or not at all. */
const checkTogether = (asked: unknown, orphans: unknown, dryRun: readonly unknown[]): void => {
  const both = 'orphanDependents and deletionPropagation cannot be both set'
  const causes = [
    ...(asked && typeof orphans === 'boolean' ? [cause.invalid('propagationPolicy', asked, both)] : []),
    ...dryRunCauses(dryRun),
  ]
  if (causes.length > 0) throw invalidOptions('DeleteOptions', causes)
}

/** From `DeleteOptions`, and from the query where they do not say. */
const optionsFrom = (call: Call, body: unknown): Options => {
  const { query } = call.request
  if (!isObject(body)) throw refusal.badRequest('the DeleteOptions are not an object')
  checkKind(body)
  checkShapes(body)
  const orphans = body.orphanDependents ?? (query.orphanDependents && isTrue(query.orphanDependents))
  const asked = propagationOf(body.propagationPolicy ?? query.propagationPolicy)
  const dryRuns = Array.isArray(body.dryRun) ? body.dryRun : query.dryRun === undefined ? [] : query.dryRun.split(',')
  checkTogether(asked, orphans, dryRuns)
  const propagation = asked ?? (typeof orphans === 'boolean' ? (orphans ? 'Orphan' : 'Background') : undefined)
  const uid = textOf(readKeys(body, ['preconditions', 'uid']))
  const resourceVersion = textOf(readKeys(body, ['preconditions', 'resourceVersion']))
  const grace = graceOf(body.gracePeriodSeconds ?? query.gracePeriodSeconds)
  return {
    ...(propagation && { propagation }),
    ...(grace !== undefined && { grace }),
    ...(uid && { uid }),
    ...(resourceVersion && { resourceVersion }),
    dryRun: isDryRun(call.request) || dryRuns.includes('All'),
  }
}

const optionsOf = (call: Call): Options => optionsFrom(call, call.request.body(expected) ?? {})

const checkPreconditions = ({ served }: Call, { uid, resourceVersion }: Options, { metadata }: Manifest): void => {
  const again = 'The object might have been'
  const wrong = (what: string, asked: string, found: string | undefined, why: string) =>
    refusal.conflict(
      { group: served.group, plural: served.kind },
      metadata.name,
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${found}). ${again} ${why}`,
    )
  if (uid && uid !== metadata.uid) throw wrong('UID', uid, metadata.uid, 'deleted and then recreated')
  if (resourceVersion && resourceVersion !== metadata.resourceVersion)
    throw wrong('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified')
}

const finalizerOf: Readonly<Record<Propagation, string | undefined>> = {
  Background: undefined,
  Foreground: foreground,
  Orphan: orphan,
}

/** The finalizers a deletion leaves: without an opinion on dependents, those already there stand. */
const finalizersFor = (finalizers: readonly string[], propagation: Propagation | undefined): readonly string[] => {
  if (propagation === undefined) return finalizers
  const others = finalizers.filter((name) => name !== foreground && name !== orphan)
  const own = finalizerOf[propagation]
  return own ? [...others, own] : others
}

/** What a kind is held by from the moment it is deleted on: it does not go before what comes with it. */
const heldBy = ({ strategy }: Served, { metadata }: Manifest, finalizers: readonly string[]): readonly string[] => {
  const own = metadata.deletionTimestamp ? undefined : strategy.deletion?.holds
  return own && !finalizers.includes(own) ? [...finalizers, own] : finalizers
}

const earlier = (time: string, seconds: number): string => timestamp(new Date(Date.parse(time) - seconds * 1000))

/** When an object is to be gone. What is leaving already may only be hurried. */
const leaving = ({ metadata }: Manifest, grace: number, now: Date): Partial<ObjectMeta> => {
  const { deletionTimestamp, deletionGracePeriodSeconds: had = 0, generation } = metadata
  if (deletionTimestamp === undefined) {
    return {
      deletionTimestamp: timestamp(new Date(now.getTime() + grace * 1000)),
      deletionGracePeriodSeconds: grace,
      ...(generation && { generation: generation + 1 }),
    }
  }
  if (grace >= had) return {}
  return { deletionTimestamp: earlier(deletionTimestamp, had - grace), deletionGracePeriodSeconds: grace }
}

/** The object as it waits for its finalizers and its end. */
const doomed = (object: Manifest, finalizers: readonly string[], grace: number, now: Date): Manifest => {
  const { finalizers: had = [] } = object.metadata
  const same = had.length === finalizers.length && finalizers.every((name) => had.includes(name))
  const change = leaving(object, grace, now)
  if (same && Object.keys(change).length === 0) return object
  return withMetadata(object, { ...change, finalizers: finalizers.length > 0 ? finalizers : undefined })
}

/** The seconds an object has to end: as many as are asked for, of a kind that takes its time. */
const graceFor = ({ strategy }: Served, object: Manifest, asked: number | undefined): number => {
  const usual = strategy.grace?.(object) ?? 0
  return usual === 0 ? 0 : (asked ?? usual)
}

const terminating = ({ served }: Call, dying: Manifest): Manifest => {
  if (served.id !== 'namespaces' || !dying.metadata.deletionTimestamp) return dying
  const object = withMetadata(dying, { deletionGracePeriodSeconds: undefined }) // it takes as long as what is in it
  if (readKeys(object, ['status', 'phase']) === 'Terminating') return object
  return { ...object, status: { ...(object.status as object | undefined), phase: 'Terminating' } } // by its schema
}

const admit = async (call: Call, manifest: Manifest, dryRun: boolean): Promise<readonly string[]> => {
  const { engine, served, namespace, request } = call
  const answer = await engine.admit({
    operation: 'DELETE',
    resource: served,
    ...(namespace !== undefined && { namespace }),
    name: manifest.metadata.name,
    manifest: await stored(served, manifest),
    user: request.user,
    dryRun,
  })
  if (!isAdmitted(answer)) throw new ApiError(answer)
  const warnings = await engine.gate.check(call, { operation: 'DELETE', before: manifest, dryRun })
  return [...(answer.warnings ?? []), ...warnings]
}

const gone = ({ served }: Call, { metadata }: Manifest) =>
  success({
    name: metadata.name,
    ...(served.group && { group: served.group }),
    kind: served.plural,
    ...(metadata.uid && { uid: metadata.uid }),
  })

const attempt = async (call: Call, found: Manifest, options: Options): Promise<BodyAnswer | undefined> => {
  const { engine, served } = call
  const { objects } = engine
  const current = await viewed(served, found)
  checkPreconditions(call, options, current)
  const warnings = await admit(call, current, options.dryRun)
  const usual = served.strategy.deletion?.orphans && engine.collects ? 'Orphan' : undefined
  const finalizers = heldBy(
    served,
    current,
    finalizersFor(current.metadata.finalizers ?? [], options.propagation ?? usual),
  )
  const grace = graceFor(served, current, options.grace)
  const after = terminating(call, doomed(current, finalizers, grace, engine.now()))
  if (isHeld(served, after)) {
    if (after === current) await objects.settled(addressOf(call))
    if (after === current || options.dryRun) return { code: 200, body: after, warnings }
    const written = await objects.write(addressOf(call), found, await stored(served, after, current))
    return written && { code: 200, body: await viewed(served, written), warnings }
  }
  const removed = options.dryRun ? found : await objects.remove(addressOf(call), found, await stored(served, current))
  if (!removed) return undefined
  const { deletion, grace: takesTime } = served.strategy
  if (!deletion?.shows) return { code: 200, body: gone(call, removed), warnings }
  return { code: 200, body: takesTime ? after : await viewed(served, removed), warnings }
}

const removeNamed = async (call: Call, options: Options): Promise<BodyAnswer> => {
  for (;;) {
    const found = call.engine.objects.newest(addressOf(call))
    if (found === undefined) throw refusal.notFound(call.served, call.name ?? '')
    const answer = await attempt(call, found, options)
    if (answer) return answer
  }
}

/** DELETE of an object: it is gone, or waits for its finalizers. Throws 404 and 409. */
export const remove = async (call: Call): Promise<BodyAnswer> => removeNamed(call, optionsOf(call))

/** The same with `DeleteOptions` that came in something else. */
export const removeWith = async (call: Call, options: unknown): Promise<BodyAnswer> =>
  removeNamed(call, optionsFrom(call, options))

const withinReach = 32

/** DELETE of a collection: of all its objects the selectors select. Answers with the list of them. */
export const removeCollection = async (call: Call): Promise<BodyAnswer> => {
  const options = optionsOf(call)
  const found = await listOf(call)
  for (let start = 0; start < found.items.length; start += withinReach) {
    const some = found.items.slice(start, start + withinReach)
    await Promise.all(some.map(async (object) => removeListed(call, object, options)))
  }
  return { code: 200, body: found }
}

/** Someone else may have been faster. */
const removeListed = async (
  call: Call,
  { metadata: { name, namespace } }: Manifest,
  options: Options,
): Promise<void> => {
  try {
    await removeNamed({ ...call, name, ...(namespace && { namespace }) }, options)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error
  }
}
