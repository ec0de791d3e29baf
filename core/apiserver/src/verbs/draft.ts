import { ApiError, deepFreeze, type Manifest, type StatusCause } from '@flotilla/sdk'
import { type AdmissionRequest, isAdmitted } from '../admission/admission.ts'
import { isDryRun } from '../dry-run.ts'
import { validateMetadata } from '../object/metadata.ts'
import { nameRuleOf } from '../object/names.ts'
import { isObject } from '../registry/json-path.ts'
import type { Served } from '../registry/registry.ts'
import { isTrue } from '../request.ts'
import { objectMetaSchema } from '../schema/metadata.ts'
import { withRules } from '../schema/rules.ts'
import { compileSchema } from '../schema/structural.ts'
import { newlyWrong } from '../schema/unchanged.ts'
import { refusal } from '../status.ts'
import { type Call, stored, viewed } from '../target.ts'

const longestManager = 128

/** Who `managedFields` names: what the client says, else how its program is called. */
export const managerOf = ({ request: { query, userAgent, user } }: Call): string => {
  const manager = query.fieldManager || userAgent?.split('/')[0]?.slice(0, longestManager) || user.name
  if (manager.length > longestManager)
    throw refusal.badRequest(`fieldManager must be at most ${longestManager} characters`)
  return manager
}

/** An object on its way in, and what the user should hear about it. */
export interface Draft {
  readonly object: Manifest
  readonly warnings: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

const metaSchema = compileSchema(objectMetaSchema)

/** The kind in the body must be the one in the path; what is missing is filled in. */
const typed = ({ served }: Call, body: Fields): Fields => {
  const { apiVersion = served.apiVersion, kind = served.kind } = body
  if (apiVersion === served.apiVersion && kind === served.kind)
    return body.kind && body.apiVersion ? body : { apiVersion, kind, ...body }
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

const named = (metadata: Fields, { name }: Call): Fields => {
  if (name === undefined || metadata.name === name) return metadata
  if (!metadata.name) return { ...metadata, name }
  throw refusal.badRequest(
    `the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`,
  )
}

/** Reads a body as an object of the resource. Throws 400 when it is not one. */
export const readObject = (call: Call, body: unknown): Manifest => {
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
  if (!asked || asked === 'Warn') return 'Warn'
  if (asked === 'Ignore' || asked === 'Strict') return asked
  throw refusal.badRequest(
    `fieldValidation: Unsupported value: "${asked}": supported values: "Ignore", "Strict", "Warn"`,
  )
}

const strictError = ({ served }: Call, unknown: readonly string[]): ApiError =>
  refusal.badRequest(
    `${served.kind} in version "${served.version}" cannot be handled as a ${served.kind}: strict decoding error: ${unknown.join(', ')}`,
  )

/** What nobody knows is dropped, or refused, or warned of, as `fieldValidation` says; what is missing gets its default. */
export const fitted = (call: Call, object: Manifest): Draft => {
  const { compiled } = call.served
  const unknown = compiled.unknownFields(object).map((path) => `unknown field "${path}"`)
  const strict = unknown.length > 0 ? strictness(call) : 'Ignore'
  if (strict === 'Strict') throw strictError(call, unknown)
  return {
    object: compiled.applyDefaults(unknown.length > 0 ? compiled.prune(object) : object),
    warnings: strict === 'Warn' ? unknown : [],
  }
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
  if (guard) await guard(await wanted(call, operation, object, before))
  const warnings = await gate.check(call, { operation, object, ...(before && { before }) })
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

/** Throws 422 when an object is not as its schema says. */
export const checkShape = (served: Served, object: Manifest, before?: Manifest): void => {
  const wrong = served.compiled.validate(object)
  const causes = wrong.length > 0 ? causesOf(served, wrong, object, before) : wrong
  if (causes.length > 0) throw invalid(served, object, causes)
}

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
    ...more,
    ...(served.strategy.validate?.(object, before, subresource) ?? []),
    ...(served.rules?.(object, before) ?? []),
  ]
  if (causes.length > 0) throw invalid(served, object, causes)
}

/** `force` of server-side apply. */
export const isForced = ({ request: { query } }: Call): boolean => isTrue(query.force)
