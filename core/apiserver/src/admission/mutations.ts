import type { Variables } from '@flotilla/cel'
import { ApiError, type Manifest, reasonOf } from '@flotilla/sdk'
import { jsonPatch } from '../patch/json.ts'
import { mergeApplied } from '../patch/merge-applied.ts'
import { objectStructure, type Structure } from '../patch/structure.ts'
import type { Registry, Served } from '../registry/registry.ts'
import { isFields } from '../schema/shape.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import { type Bound, BoundPolicies } from './bound.ts'
import { compiled, meets, mutationLimits, valuesOf } from './conditions.ts'
import type { Mutator } from './mutator.ts'
import type { AnyBinding, MutatingPolicy, Mutation } from './policy.ts'
import { namespaceOf } from './scope.ts'
import { paramsOf, policyNames, said, unmet, variablesOf } from './verdict.ts'
import { isNamespace, type Write } from './write.ts'

/** How many steps a policy may take over a write: some ten milliseconds. */
const mostSteps = 2_000_000

type Whole = Write & { readonly object: Manifest }

type Budget = { steps: number }

/** Where a configuration speaks of something that can only be replaced as a whole. */
function* indivisible(value: unknown, structure: Structure, path: string): Iterable<string> {
  if (structure.atomic || (Array.isArray(value) && !structure.list)) yield path
  else if (isFields(value))
    for (const [key, each] of Object.entries(value)) yield* indivisible(each, structure.field(key), `${path}.${key}`)
  else if (Array.isArray(value))
    for (const each of value) if (structure.list) yield* indivisible(each, structure.list.item, path)
}

const applied = ({ compiled: { unknownFields }, schema }: Served, object: Manifest, body: unknown): Manifest => {
  const { apiVersion: _, kind: __, ...configuration } = isFields(body) ? body : {}
  const [strange] = unknownFields({ apiVersion: object.apiVersion, kind: object.kind, metadata: {}, ...configuration })
  if (strange !== undefined)
    throw new Error(
      `error applying patch: failed to convert patch object to typed object: .${strange}: field not declared in schema`,
    )
  const structure = objectStructure(schema)
  const [whole] = indivisible(configuration, structure, '')
  if (whole !== undefined)
    throw new Error(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${whole}`,
    )
  return mergeApplied(object, configuration, structure) as Manifest // its fields are those of the kind
}

const isFailedTest = (error: unknown): boolean =>
  error instanceof ApiError && error.cause instanceof Error && error.cause.name === 'TestError'

/** A test that fails lets the object be as it is. */
const patched = (object: Manifest, operations: unknown): Manifest => {
  try {
    return jsonPatch(object, operations)
  } catch (error) {
    if (isFailedTest(error)) return object
    throw new Error(`JSON Patch: ${reasonOf(error).replace(/^.*error in our request: /, '')}`, { cause: error })
  }
}

const wordsOf = ({ patchType, applyConfiguration, jsonPatch: patch }: Mutation): string =>
  (patchType === 'JSONPatch' ? patch : applyConfiguration)?.expression ?? ''

const outcomeOf = (words: string, values: Variables, budget: Budget): unknown => {
  try {
    return compiled(words, policyNames, mutationLimits).evaluate(values, budget)
  } catch (error) {
    const why = said(error)
    throw new Error(why.startsWith('type mismatch: ') ? why : `expression '${words}' resulted in error: ${why}`)
  }
}

/** One policy of one binding, and what it may spend. */
interface Turn {
  readonly write: Whole
  readonly bound: Bound<MutatingPolicy, AnyBinding>
  readonly params: Manifest | null
  readonly namespaceObject: Manifest | null
  readonly budget: Budget
}

const seenBy = ({ bound: { policy, served }, write, params, namespaceObject, budget }: Turn, object: Manifest) => {
  const values = { ...valuesOf({ ...write, object }, served), namespaceObject, params }
  return { ...values, variables: variablesOf(policy, values, budget, mutationLimits) }
}

/** Each step sees what the one before it made. */
const stepsOf = (turn: Turn, begun: Manifest): Manifest => {
  const { policy, served } = turn.bound
  let object = begun
  if (!isMet(turn, object)) return object
  for (const mutation of policy.spec.mutations ?? []) {
    const value = outcomeOf(wordsOf(mutation), seenBy(turn, object), turn.budget)
    object = mutation.patchType === 'JSONPatch' ? patched(object, value) : applied(served, object, value)
  }
  return object
}

const isMet = (turn: Turn, object: Manifest): boolean => {
  const { policy } = turn.bound
  try {
    return meets(policy.spec.matchConditions ?? [], seenBy(turn, object), policyNames)
  } catch (error) {
    throw new Error(unmet(policy, error), { cause: error })
  }
}

const paramsFor = (policies: Mutations, { policy, binding }: Turn['bound'], write: Write) => {
  try {
    return paramsOf(policies, policy, binding, write)
  } catch (error) {
    throw new Error(`failed to configure binding: ${said(error)}`, { cause: error })
  }
}

const changed = (policies: Mutations, bound: Turn['bound'], write: Whole): Manifest => {
  const namespaceObject = isNamespace(write) ? null : (namespaceOf(policies.objects, write) ?? null)
  const budget = { steps: mostSteps }
  return paramsFor(policies, bound, write).reduce<Manifest>(
    (object, params) => stepsOf({ write, bound, params, namespaceObject, budget }, object),
    write.object,
  )
}

const denial = ({ served, name }: Write, { policy, binding }: Turn['bound'], why: string): ApiError =>
  refusal.notMutated(
    served,
    name,
    `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${why}`,
  )

/** The policies users have bound that may change an object. */
export class Mutations extends BoundPolicies<MutatingPolicy, AnyBinding> {
  constructor(objects: Objects, registry: Registry) {
    super({ policies: 'mutatingadmissionpolicies', bindings: 'mutatingadmissionpolicybindings' }, objects, registry)
  }

  mutator(bound: Bound<MutatingPolicy, AnyBinding>): Mutator {
    const { policy, served } = bound
    const { reinvocationPolicy, failurePolicy } = policy.spec
    return {
      served,
      looksAgain: reinvocationPolicy === 'IfNeeded',
      change: async (write) => {
        if (!this.isMeant(write, bound)) return undefined
        try {
          const { apiVersion, kind } = write.object
          return { ...(await write.rights.settle(() => changed(this, bound, write))), apiVersion, kind }
        } catch (error) {
          if (failurePolicy === 'Ignore') return undefined
          throw denial(write, bound, reasonOf(error))
        }
      },
    }
  }
}
