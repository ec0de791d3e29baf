import { ApiError, deepFreeze, type Manifest, type StatusCause } from '@flotilla/sdk'
import { type AdmissionRequest, isAdmitted } from '../admission/admission.ts'
import { annotate } from '../annotations.ts'
import { misread } from '../builtin/reading.ts'
import { isDryRun } from '../dry-run.ts'
import { validateFinalizers, validateMetadata } from '../object/metadata.ts'
import { nameRuleOf } from '../object/names.ts'
import { unpatchable } from '../patch/patch.ts'
import { isObject } from '../registry/json-path.ts'
import type { Served } from '../registry/registry.ts'
import { repeatedIn } from '../repeated.ts'
import { isTrue } from '../request.ts'
import { cause } from '../schema/causes.ts'
import { objectMetaSchema } from '../schema/metadata.ts'
import { withRules } from '../schema/rules.ts'
import { compileSchema } from '../schema/structural.ts'
import { newlyWrong } from '../schema/unchanged.ts'
import { refusal } from '../status.ts'
import { type Call, stored, viewed } from '../target.ts'

const longestManager = 128 // of a manager that the client did not choose

/** Who `managedFields` names: what the client says, else how its program is called. */
export const managerOf = ({ request: { query, userAgent, user } }: Call): string => {
  return query.fieldManager || userAgent?.split('/')[0]?.slice(0, longestManager) || user.name
}

/** An object on its way in, and what the user should hear about it. */
export interface Draft {
  readonly object: Manifest
  readonly warnings: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

const metaSchema = compileSchema(objectMetaSchema)

/** Of definitions it is told as of a field. */
const misnamed = ({ group, kind }: Served, { kind: found, metadata }: Fields): ApiError => {
  const name = isObject(metadata) && typeof metadata.name === 'string' ? metadata.name : ''
  return refusal.invalid({ group, kind: String(found) }, name, [cause.invalid('kind', found, `must be ${kind}`)])
}

const isTextOrNone = (value: unknown): boolean => typeof value === 'string' || value === null

/** The kind in the body must be the one in the path; what is missing is filled in. */
const typed = (call: Call, body: Fields): Fields => {
  const { served, request } = call
  const { apiVersion = served.apiVersion, kind = served.kind } = body
  if (!isTextOrNone(apiVersion) || !isTextOrNone(kind))
    throw refusal.badRequest(
      `the object provided is unrecognized (must be of type ${served.kind}): its apiVersion and kind are no texts`,
    )
  if (served.custom && !body.kind)
    throw refusal.badRequest(`the object provided is unrecognized (must be of type ${served.kind}): it has no kind`)
  if (apiVersion === served.apiVersion && kind === served.kind)
    return body.kind && body.apiVersion ? body : { apiVersion, kind, ...body }
  if (served.custom && apiVersion === served.apiVersion) throw misnamed(served, body)
  if (isPatched(request)) throw unpatchable(`it must stay a ${served.kind} of ${served.apiVersion}`)
  if (kind !== served.kind) {
    throw refusal.badRequest(
      `${String(kind)} in version "${String(apiVersion)}" cannot be handled as a ${served.kind}: the kind in the data (${String(kind)}) does not match the expected kind (${served.kind})`,
    )
  }
  throw refusal.badRequest(
    `the API version in the data (${String(apiVersion)}) does not match the expected API version (${served.apiVersion})`,
  )
}

/** Its nulls say nothing: Go clients send a `creationTimestamp` of null. */
const metadataOf = (body: Fields, { served }: Call): Fields => {
  const { metadata = {} } = body
  const wrong = `${served.kind} in version "${served.version}" cannot be handled as a ${served.kind}`
  if (!isObject(metadata)) throw refusal.badRequest(`${wrong}: metadata is not an object`)
  const known = metaSchema.applyDefaults(metadata)
  const causes = metaSchema.validate(known)
  if (causes.length === 0) return known
  throw refusal.badRequest(
    `${wrong}: ${causes.map(({ field, message }) => `metadata.${field}: ${message}`).join(', ')}`,
  )
}

/** The namespace in the body must be the one in the path, or absent. */
const placed = (metadata: Fields, { namespace }: Call): Fields => {
  const { namespace: found, ...rest } = metadata
  if (namespace === undefined) return found === undefined ? metadata : rest
  if (found === namespace) return metadata
  if (found)
    throw refusal.badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return { ...metadata, namespace }
}

/** The refusal of an object of another name. */
export const misplaced = (found: unknown, name: string | undefined): ApiError =>
  refusal.badRequest(`the name of the object (${String(found)}) does not match the name on the URL (${name})`)

const named = (metadata: Fields, { name, request }: Call): Fields => {
  if (name === undefined || metadata.name === name) return metadata
  if (!metadata.name && (request.method === 'PUT' || isPatched(request)))
    throw refusal.badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (!metadata.name) return { ...metadata, name }
  throw misplaced(metadata.name, name)
}

/** Reads a body as an object of the resource. Throws 400 when it is not one. */
export const readObject = (call: Call, sent: unknown): Manifest => {
  const body = sent === null && !call.served.custom ? {} : sent // Go takes null for an object that says nothing
  if (!isObject(body)) {
    throw refusal.badRequest(
      `the object provided is unrecognized (must be of type ${call.served.kind}): it is not an object`,
    )
  }
  const fields = typed(call, deepFreeze(body))
  const metadata = named(placed(metadataOf(fields, call), call), call)
  const whole = metadata === fields.metadata ? fields : { ...fields, metadata }
  return whole as unknown as Manifest // its type, name and namespace were just checked; the rest is, before it is stored
}

const strictness = ({ request: { query } }: Call): 'Ignore' | 'Warn' | 'Strict' => {
  const asked = query.fieldValidation
  return asked === 'Ignore' || asked === 'Strict' ? asked : 'Warn'
}

/** Whether the body changes what is there, other than by applying it. */
const isPatched = ({ method, contentType = '' }: Call['request']): boolean =>
  method === 'PATCH' && !contentType.startsWith('application/apply-patch')

/** What is not as its kind is: 400, or 422 where a patch made it so. */
const unfit = ({ served, request }: Call, why: string): ApiError =>
  isPatched(request)
    ? unpatchable(why)
    : refusal.badRequest(`${served.kind} in version "${served.version}" cannot be handled as a ${served.kind}: ${why}`)

const strictError = (call: Call, odd: readonly string[]): ApiError =>
  unfit(call, `strict decoding error: ${odd.join(', ')}`)

/** Throws for a value of another type, before anyone has to be ready for it. */
const checkTypes = (call: Call, object: Manifest): void => {
  const { compiled } = call.served
  const unread = compiled.validate(object).length > 0 ? misread(call.served, object) : undefined
  if (unread !== undefined) throw unfit(call, unread)
}

/** What nobody knows is dropped, or refused, or warned of, as `fieldValidation` says; what is missing gets its default. `body`: what the object was read from. */
export const fitted = (call: Call, object: Manifest, body?: unknown): Draft => {
  const { compiled } = call.served
  const asked = strictness(call)
  const repeated = asked === 'Ignore' ? [] : repeatedIn(body).map((path) => `duplicate field "${path}"`)
  const unknown = compiled.unknownFields(object).map((path) => `unknown field "${path}"`)
  const odd = [...repeated, ...unknown]
  if (asked === 'Strict' && odd.length > 0) throw strictError(call, odd)
  const whole = compiled.applyDefaults(unknown.length > 0 ? compiled.prune(object) : object)
  if (!call.served.custom) checkTypes(call, whole)
  return { object: whole, warnings: asked === 'Warn' ? odd : [] }
}

const wanted = async (
  { served, subresource, namespace, request }: Call,
  operation: 'CREATE' | 'UPDATE',
  object: Manifest,
  before: Manifest | undefined,
): Promise<AdmissionRequest> => ({
  operation,
  resource: served,
  ...(subresource && { subresource }),
  ...(namespace !== undefined && { namespace }),
  name: object.metadata.name ?? '',
  manifest: await stored(served, object, before),
  ...(before && { before: await stored(served, before) }),
  user: request.user,
  dryRun: isDryRun(request),
  annotate: (key, value) => annotate(request, key, value),
})

/** Asks everyone who may refuse or change a write, in the version that is kept. Throws the refusal. */
export const admitted = async (
  call: Call,
  operation: 'CREATE' | 'UPDATE',
  draft: Draft,
  before?: Manifest,
): Promise<Draft> => {
  const { engine, served } = call
  const { object } = draft
  const asked = await wanted(call, operation, object, before)
  const { manifest } = asked
  const answer = await engine.admit(asked)
  if (!isAdmitted(answer)) throw new ApiError(answer)
  const warnings = [...draft.warnings, ...(answer.warnings ?? [])]
  const own = answer.manifest === manifest ? object : await fromAdmission(served, answer.manifest)
  const changed = await engine.gate.change(call, { operation, object: own, ...(before && { before }) })
  return { object: changed.manifest, warnings: [...warnings, ...(changed.warnings ?? [])] }
}

const fromAdmission = async (served: Served, manifest: Manifest): Promise<Manifest> =>
  served.compiled.applyDefaults(served.compiled.prune(await viewed(served, manifest)))

/** Asks everyone who may only refuse a write, of an object that is as it should be. Throws the refusal. */
export const approved = async (
  call: Call,
  operation: 'CREATE' | 'UPDATE',
  draft: Draft,
  before?: Manifest,
): Promise<Draft> => {
  const { object } = draft
  const { guard, gate } = call.engine
  const answer = await guard(await wanted(call, operation, object, before))
  if (!isAdmitted(answer)) throw new ApiError(answer)
  const said = await gate.check(call, { operation, object, ...(before && { before }) })
  const warnings = [...(answer.warnings ?? []), ...said]
  return warnings.length === 0 ? draft : { object, warnings: [...draft.warnings, ...warnings] }
}

const invalid = (served: Served, { metadata }: Manifest, causes: readonly StatusCause[]): ApiError =>
  refusal.invalid(served, metadata.name ?? '', causes) // a name may be what is missing

/** What is wrong with the shape of an object, and what more there is to say then. */
const causesOf = (
  { custom, schema, rules }: Served,
  wrong: readonly StatusCause[],
  object: Manifest,
  before: Manifest | undefined,
): readonly StatusCause[] => {
  const fresh = custom ? newlyWrong(wrong, schema, object, before) : wrong
  return withRules(fresh, rules, object, before)
}

/**
 * Throws 422 when an object is not as its schema says. Words that a built-in kind does not know are returned: its rules are
 * asked, too, and all is said together.
 */
export const checkShape = (served: Served, object: Manifest, before?: Manifest): readonly StatusCause[] => {
  const wrong = served.compiled.validate(object)
  if (wrong.length === 0) return wrong
  const isRead = !served.custom && misread(served, object) === undefined
  const causes = causesOf(served, wrong, object, before)
  if (!isRead && causes.length > 0) throw invalid(served, object, causes)
  return causes
}

/** Definitions and what they define are kept by whoever says so. */
const takesAnyFinalizer = ({ custom, group }: Served): boolean => custom || group === 'apiextensions.k8s.io'

/** Throws 422 when an object breaks a rule; `before` on update. Its shape was checked. */
export const checkRules = (
  served: Served,
  object: Manifest,
  before?: Manifest,
  more: readonly StatusCause[] = [],
  subresource?: string,
): void => {
  const causes = [
    ...validateMetadata(object, nameRuleOf(served.group, served.plural)),
    ...(takesAnyFinalizer(served) ? [] : validateFinalizers(object)),
    ...more,
    ...(served.strategy.validate?.(object, before, subresource) ?? []),
    ...(served.rules?.(object, before) ?? []),
  ]
  if (causes.length > 0) throw invalid(served, object, causes)
}

/** `force` of server-side apply. */
export const isForced = ({ request: { query } }: Call): boolean => isTrue(query.force)
