import type { Manifest, Patch } from '@flotilla/sdk'
import { attributesOf } from '../access/attributes.ts'
import { checkAllowed } from '../authorization.ts'
import { isDryRun } from '../dry-run.ts'
import { applyPatch } from '../patch/patch.ts'
import { isObject, readKeys } from '../registry/json-path.ts'
import type { BodyAnswer } from '../request.ts'
import { refusal } from '../status.ts'
import { addressOf, type Call, stored, viewed } from '../target.ts'
import { createFrom } from './create.ts'
import { isHeld } from './delete.ts'
import { type Draft, fitted, isForced, managerOf, misplaced, readObject } from './draft.ts'
import { type Revision, revise } from './revise.ts'

/** How often a write without a resourceVersion of its own is tried again because another one was faster. */
const attempts = 100

/** What someone wants an object to become. */
type Propose = (current: Manifest) => Draft

/** Stores what became of an object; undefined when someone else was faster. What nothing holds any more, goes. */
const store = async (
  call: Call,
  found: Manifest,
  current: Manifest,
  after: Manifest,
): Promise<Manifest | undefined> => {
  const { objects, quotas, addresses } = call.engine
  const asKept = await stored(call.served, after, current)
  const object = addresses?.assign(call, asKept) ?? asKept
  if (after.metadata.deletionTimestamp && !isHeld(call.served, after)) {
    return objects.remove(addressOf(call), found, object)
  }
  quotas.check(call, after, current)
  return objects.write(addressOf(call), found, object)
}

const attempt = async (
  call: Call,
  found: Manifest,
  propose: Propose,
  how: Revision,
): Promise<BodyAnswer | undefined> => {
  const { served, engine } = call
  const current = await viewed(served, found)
  const { object, warnings } = await revise(call, propose(current), current, how)
  if (object === current) await engine.objects.settled(addressOf(call))
  if (object === current || isDryRun(call.request)) return { code: 200, body: object, warnings }
  const written = await store(call, found, current, object)
  return written && { code: 200, body: await viewed(served, written), warnings }
}

/** Changes the named object; tried again with its newest state as long as someone else is faster. */
const amend = async (
  call: Call,
  propose: Propose,
  how: Revision,
  absent: () => Promise<BodyAnswer>,
): Promise<BodyAnswer> => {
  for (let tries = 0; tries < attempts; tries += 1) {
    const found = call.engine.objects.newest(addressOf(call))
    const answer = found ? await attempt(call, found, propose, how) : await absent()
    if (answer) return answer
  }
  throw refusal.modified(call.served, call.name ?? '')
}

const missing = (call: Call) => async (): Promise<BodyAnswer> => {
  throw refusal.notFound(call.served, call.name ?? '')
}

/** What may be made by saying what it is to become. */
const madeByUpdate: ReadonlySet<string> = new Set([
  'endpoints',
  'events',
  'limitranges',
  'services',
  'leases.coordination.k8s.io',
  'runtimeclasses.node.k8s.io',
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map(
    (each) => `${each}.rbac.authorization.k8s.io`,
  ),
])

/** Who updates what is not there makes it, of some kinds; not who meant an object that was there. */
const orMade = (call: Call, draft: Draft): (() => Promise<BodyAnswer>) => {
  const { uid, resourceVersion } = draft.object.metadata
  const isMeant = uid || (resourceVersion && resourceVersion !== '0')
  if (isMeant || call.subresource || !madeByUpdate.has(call.served.id)) return missing(call)
  return async () => {
    await checkMayCreate(call)
    return createFrom(call, draft)
  }
}

/** PUT of an object or its status. */
export const update = async (call: Call): Promise<BodyAnswer> => {
  const { served, name = '' } = call
  const body = call.request.body(call.served)
  const object = readObject(call, body)
  if (served.custom && !object.metadata.resourceVersion) {
    const message = 'Invalid value: 0: must be specified for an update'
    throw refusal.invalid({ group: served.group, kind: served.plural }, name, [
      { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' },
    ])
  }
  const draft = fitted(call, object, body)
  return amend(call, () => draft, { applied: false }, orMade(call, draft))
}

const patchTypes: ReadonlyMap<string, Patch['type']> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
])

const patchTypeOf = ({ request: { contentType }, served }: Call): Patch['type'] => {
  const type = patchTypes.get(contentType?.split(';')[0]?.trim().toLowerCase() ?? '')
  if (type === undefined || (type === 'strategic' && served.custom)) {
    const known = [...patchTypes].filter(([, each]) => !served.custom || each !== 'strategic')
    throw refusal.unsupportedMediaType(known.map(([name]) => name))
  }
  return type
}

const applyManager = (call: Call): string => {
  if (call.request.query.fieldManager) return managerOf(call)
  const message = 'Required value: is required for apply patch'
  throw refusal.invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
    { reason: 'FieldValueRequired', message, field: 'fieldManager' },
  ])
}

/** What is to be stored in the place of an object. */
export type Body = (current: Manifest) => Manifest

/** Replaces the named object by what becomes of it. */
export const replaceWith = async (call: Call, body: Body): Promise<BodyAnswer> =>
  amend(call, (current) => ({ object: body(current), warnings: [] }), { applied: false }, missing(call))

/** Throws 400 when what is applied is another object, before it is asked who owns what. */
const checkName = ({ name }: Call, body: unknown): void => {
  const found = readKeys(body, ['metadata', 'name'])
  if (typeof found === 'string' && found && found !== name) throw misplaced(found, name)
  if (isObject(body) && body.kind && !found)
    throw refusal.badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
}

/** What the patch of a request makes of something. */
export const patchBody = (call: Call, current: Manifest | undefined, body: unknown): Manifest => {
  const { served, engine, subresource } = call
  const type = patchTypeOf(call)
  const ofItself = subresource !== 'scale' && served.schema
  return applyPatch({
    type,
    current,
    body,
    ...(ofItself && { schema: ofItself }),
    manager: type === 'apply' ? applyManager(call) : managerOf(call),
    force: isForced(call),
    ...(!subresource && served.subresources.includes('status') && { leaves: ['status'] }),
    ...(subresource && subresource !== 'scale' && { subresource }), // a scale is a whole object of its own
    now: engine.now(),
  })
}

/** Who applies what is not there, creates it. */
const checkMayCreate = async ({ engine: { access }, request }: Call): Promise<void> => {
  if (access) await checkAllowed(access.authorize, { ...attributesOf(request), verb: 'create' })
}

/** PATCH of an object or its status; server-side apply creates what is not there. */
export const patch = async (call: Call): Promise<BodyAnswer> => {
  const applied = patchTypeOf(call) === 'apply'
  const body = call.request.body(call.served)
  if (applied) checkName(call, body)
  const patched = (current: Manifest | undefined) =>
    fitted(call, readObject(call, patchBody(call, current, body)), body)
  const created = async (): Promise<BodyAnswer> => {
    await checkMayCreate(call)
    return createFrom(call, patched(undefined), true)
  }
  const absent = applied && !call.subresource ? created : missing(call)
  return amend(call, patched, { applied }, absent)
}
