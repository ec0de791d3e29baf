import { randomUUID } from 'node:crypto'
import type { Manifest } from '@flotilla/sdk'
import { isDryRun } from '../dry-run.ts'
import { withMetadata } from '../object/metadata.ts'
import { generateName } from '../object/names.ts'
import type { BodyAnswer } from '../request.ts'
import { refusal } from '../status.ts'
import { addressOf, type Call, stored, timestamp, viewed } from '../target.ts'
import { admitted, approved, checkRules, checkShape, type Draft, fitted, readObject } from './draft.ts'
import { withOwners } from './ownership.ts'

/** How often another name is tried when a generated one is taken. */
const attempts = 8

const withName = (object: Manifest): Manifest => {
  const { name, generateName: base } = object.metadata
  return !name && base ? withMetadata(object, { name: generateName(base) }) : object
}

/** What only the server may say of a new object. */
const born = ({ served, engine }: Call, object: Manifest): Manifest =>
  withMetadata(object, {
    uid: randomUUID(),
    creationTimestamp: timestamp(engine.now()),
    generation: served.generation ? 1 : undefined,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
  })

const withoutStatus = ({ served, engine, request }: Call, object: Manifest): Manifest => {
  if (!served.subresources.includes('status') || !('status' in object) || engine.keepsStatus(request.user))
    return object
  const { status: _, ...rest } = object
  return served.custom ? rest : served.compiled.applyDefaults(rest)
}

/** The object as it would be stored. `tracked` has its `managedFields` already. */
const prepared = async (call: Call, draft: Draft, tracked: boolean): Promise<Draft> => {
  const { served } = call
  const { object, warnings } = await admitted(call, 'CREATE', draft)
  const unknown = checkShape(served, object)
  const fresh = born(call, withoutStatus(call, object))
  const ready = served.strategy.prepareForCreate?.(fresh) ?? fresh
  checkRules(served, ready, undefined, unknown)
  const good = await approved(call, 'CREATE', { object: ready, warnings })
  return tracked ? good : { ...good, object: withOwners(call, undefined, ready) }
}

const taken = ({ served }: Call, { metadata: { name, deletionTimestamp } }: Manifest) =>
  deletionTimestamp ? refusal.beingDeleted(served, name) : refusal.alreadyExists(served, name)

const store = async (call: Call, { object, warnings }: Draft): Promise<BodyAnswer | undefined> => {
  const { engine, served } = call
  const address = addressOf({ ...call, name: object.metadata.name })
  const found = engine.objects.newest(address)
  if (found !== undefined) {
    if (object.metadata.generateName) return undefined
    throw taken(call, found)
  }
  const assigned = (given: Manifest): Manifest => engine.addresses?.assign(call, given) ?? given
  if (isDryRun(call.request)) {
    engine.quotas.check(call, object)
    return { code: 201, body: assigned(object), warnings }
  }
  const asKept = await stored(served, object)
  engine.quotas.check(call, object) // in the turn in which it is written
  const state = assigned(asKept)
  const written = await engine.objects.write(address, undefined, state)
  return written && { code: 201, body: await viewed(served, written), warnings }
}

/** Creates an object from a draft that fits its schema. Throws 409, 422 and what admission says. */
export const createFrom = async (call: Call, draft: Draft, tracked = false): Promise<BodyAnswer> => {
  if (call.served.terminating) {
    const why = 'create not allowed while custom resource definition is terminating'
    throw refusal.forbidden(call.served, draft.object.metadata.name, why)
  }
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await store(call, await prepared(call, { ...draft, object: withName(draft.object) }, tracked))
    if (answer) return answer
  }
  throw refusal.alreadyExists(call.served, draft.object.metadata.generateName ?? draft.object.metadata.name)
}

/** POST to a collection. */
export const create = async (call: Call): Promise<BodyAnswer> => {
  const body = call.request.body(call.served)
  const object = readObject(call, body)
  if (object.metadata.resourceVersion) {
    throw refusal.unexplained('resourceVersion should not be set on objects to be created')
  }
  return createFrom(call, fitted(call, object, body))
}
