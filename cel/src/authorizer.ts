import { type CelFunc, CelScalar, celMethod } from '@bufbuild/cel'
import type { ReflectMessage } from '@bufbuild/protobuf/reflect'
import { opaque } from './opaque.ts'

const { BOOL, STRING } = CelScalar

/** What an expression asks about. */
export interface Wish {
  readonly verb: string
  /** Of what is no resource. */
  readonly path?: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
  /** Who would do it, if it is not whoever asks. */
  readonly account?: { readonly namespace: string; readonly name: string }
}

export interface Ruling {
  readonly allowed: boolean
  readonly reason?: string
  /** Why it could not be found out. */
  readonly error?: string
}

/** Says to expressions who may do what. */
export class Authorizer {
  readonly rules: (wish: Wish) => Ruling
  /** What the request is about. */
  readonly requested: Omit<Wish, 'verb'>

  constructor(rules: (wish: Wish) => Ruling, requested: Omit<Wish, 'verb'>) {
    this.rules = rules
    this.requested = requested
    Object.freeze(this)
  }
}

/** A question that is not whole yet. */
interface Begun {
  readonly rules: Authorizer['rules']
  readonly wish: Omit<Wish, 'verb'>
}

const authorizers = opaque<Begun>('kubernetes.authorization.Authorizer')
const paths = opaque<Begun>('kubernetes.authorization.PathCheck')
const groups = opaque<Begun>('kubernetes.authorization.GroupCheck')
const resources = opaque<Begun>('kubernetes.authorization.ResourceCheck')
const rulings = opaque<Ruling>('kubernetes.authorization.Decision')

/** As expressions see it. */
export const authorizerValue = ({ rules, requested }: Authorizer): ReflectMessage =>
  authorizers.make({ rules, wish: {} }, { requestResource: resources.make({ rules, wish: requested }).message })

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

const accountOf = (namespace: string, name: string) => {
  if (name.length > 253 || !subdomain.test(name)) throw new Error('Invalid service account name')
  if (namespace.length > 63 || !label.test(namespace)) throw new Error('Invalid service account namespace')
  return { namespace, name }
}

const further = (begun: Begun, more: Partial<Wish>): Begun => ({ ...begun, wish: { ...begun.wish, ...more } })

const asking = (begun: Begun, verb: string): ReflectMessage => rulings.make(begun.rules({ ...begun.wish, verb }))

/** Says more about a resource that is asked about. */
const detail = (name: 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector'): CelFunc =>
  celMethod(name, resources.type, [STRING], resources.type, function (value) {
    return resources.make(further(resources.of(this), { [name]: value }))
  })

/** `authorizer.group('apps').resource('deployments').namespace('x').check('create').allowed()`, as in Kubernetes. */
export const authorizerFunctions: readonly CelFunc[] = [
  celMethod('path', authorizers.type, [STRING], paths.type, function (path) {
    if (path === '') throw new Error('path must not be empty')
    return paths.make(further(authorizers.of(this), { path }))
  }),
  celMethod('check', paths.type, [STRING], rulings.type, function (verb) {
    return asking(paths.of(this), verb)
  }),
  celMethod('group', authorizers.type, [STRING], groups.type, function (group) {
    return groups.make(further(authorizers.of(this), { group }))
  }),
  celMethod('serviceAccount', authorizers.type, [STRING, STRING], authorizers.type, function (namespace, name) {
    return authorizers.make(further(authorizers.of(this), { account: accountOf(namespace, name) }))
  }),
  celMethod('resource', groups.type, [STRING], resources.type, function (resource) {
    return resources.make(further(groups.of(this), { resource }))
  }),
  detail('subresource'),
  detail('namespace'),
  detail('name'),
  detail('fieldSelector'),
  detail('labelSelector'),
  celMethod('check', resources.type, [STRING], rulings.type, function (verb) {
    return asking(resources.of(this), verb)
  }),
  celMethod('allowed', rulings.type, [], BOOL, function () {
    return rulings.of(this).allowed
  }),
  celMethod('reason', rulings.type, [], STRING, function () {
    return rulings.of(this).reason ?? ''
  }),
  celMethod('errored', rulings.type, [], BOOL, function () {
    return rulings.of(this).error !== undefined
  }),
  celMethod('error', rulings.type, [], STRING, function () {
    return rulings.of(this).error ?? ''
  }),
]
