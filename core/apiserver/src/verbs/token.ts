import type { Manifest } from '@flotilla/sdk'
import type { Bound, Tokens } from '../access/tokens.ts'
import { readKeys } from '../registry/json-path.ts'
import type { BodyAnswer } from '../request.ts'
import { cause } from '../schema/causes.ts'
import { refusal } from '../status.ts'
import { type Call, timestamp } from '../target.ts'
import { find } from './read.ts'
import { readTold, type Told } from './told.ts'

const asKind = { group: 'authentication.k8s.io', kind: 'TokenRequest' } as const

const kind: Told = {
  ...asKind,
  version: 'v1',
  schema: 'io.k8s.api.authentication.v1.TokenRequest',
  usual: { spec: {} },
  misnamed: (name, meant) => {
    const why = 'must match the service account name if specified'
    return refusal.invalid(asKind, meant, [cause.invalid('metadata.name', name, why)])
  },
}

const usual = 60 * 60
const shortest = 10 * 60
const longest = 2 ** 32

interface Reference {
  readonly kind?: string
  readonly apiVersion?: string
  readonly name?: string
  readonly uid?: string
}

interface TokenRequest extends Manifest {
  readonly spec: {
    readonly audiences?: readonly string[]
    readonly expirationSeconds?: number
    readonly boundObjectRef?: Reference
  }
}

const checkSeconds = (seconds: number): void => {
  const field = 'spec.expirationSeconds'
  const wrong =
    seconds < shortest
      ? 'may not specify a duration less than 10 minutes'
      : seconds > longest
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined
  if (wrong) throw refusal.invalid(asKind, '', [cause.invalid(field, seconds, wrong)])
}

const places = {
  Pod: { resource: 'pods', namespaced: true },
  Secret: { resource: 'secrets', namespaced: true },
  Node: { resource: 'nodes', namespaced: false },
} as const

const isPlace = (name: string): name is keyof typeof places => Object.hasOwn(places, name)

/** What the token ends with. Throws when that is not there, or is not what is meant. */
const boundTo = ({ engine, namespace = '', name: account = '' }: Call, reference: Reference): Bound => {
  const { kind: what = '', name = '', uid } = reference
  if (!isPlace(what))
    throw refusal.badRequest(`cannot bind token to object of type /${reference.apiVersion ?? ''}, Kind=${what}`)
  const { resource, namespaced } = places[what]
  const found = engine.objects.get({ resource, namespace: namespaced ? namespace : '', name })
  if (!found) throw refusal.notFound({ group: '', plural: resource }, name)
  const known = found.metadata.uid ?? ''
  if (uid && uid !== known) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw refusal.conflict({ group: '', plural: what }, name, why)
  }
  const runsAs = what === 'Pod' ? readKeys(found, ['spec', 'serviceAccountName']) : account
  if (runsAs !== account)
    throw refusal.badRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
    )
  return { kind: what, name, uid: known }
}

const tokensOf = ({ engine }: Call): Tokens => {
  const tokens = engine.access?.tokens
  if (!tokens) throw refusal.unknownPath()
  return tokens
}

/** POST of a ServiceAccount's `token`: one that ends by itself. */
export const requestToken = async (call: Call): Promise<BodyAnswer> => {
  const tokens = tokensOf(call)
  const account = find(call)
  const asked = readTold(call, kind) as TokenRequest // by its schema
  const { spec } = asked
  const { audiences = [], expirationSeconds: seconds = usual, boundObjectRef } = spec
  checkSeconds(seconds)
  const bound = boundObjectRef && boundTo(call, boundObjectRef)
  const meant = audiences.length > 0 ? audiences : [tokens.issuer]
  const { token, expires } = await tokens.issue({ account, audiences: meant, seconds, ...(bound && { bound }) })
  const { name, namespace } = account.metadata
  const body: Manifest = {
    apiVersion: asked.apiVersion,
    kind: asked.kind,
    metadata: { name, ...(namespace && { namespace }), creationTimestamp: timestamp(call.engine.now()) },
    spec: { ...spec, audiences: meant, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(expires) },
  }
  return { code: 201, body }
}
