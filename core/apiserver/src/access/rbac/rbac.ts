import type { User } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import type { Decision } from '../../authorization.ts'
import type { Change } from '../../store/change.ts'
import type { Objects } from '../../store/objects.ts'
import type { Attributes } from '../attributes.ts'
import { allows, type Role, type Rule } from './rule.ts'

const group = 'rbac.authorization.k8s.io'

/** Where the kinds of RBAC are kept. */
export const kept = {
  roles: `roles.${group}`,
  clusterRoles: `clusterroles.${group}`,
  roleBindings: `rolebindings.${group}`,
  clusterRoleBindings: `clusterrolebindings.${group}`,
} as const

export interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** A RoleBinding or a ClusterRoleBinding. */
export interface Binding extends Manifest {
  readonly roleRef: { readonly kind: string; readonly name: string }
  readonly subjects?: readonly Subject[]
}

/** A subject of a binding: what it grants, and to whom. */
interface Grant {
  readonly binding: Binding
  readonly subject: Subject
}

const everywhere = ''

const keyOf = ({ kind, name, namespace }: Subject, own: string | undefined): string =>
  kind === 'ServiceAccount' ? `ServiceAccount ${namespace ?? own ?? ''}/${name}` : `${kind} ${name}`

const accountForm = /^system:serviceaccount:([^:]+):([^:]+)$/

/** What bindings may call a user. */
const keysOf = ({ name, groups }: User): readonly string[] => {
  const [, namespace, account] = accountForm.exec(name) ?? []
  return [
    `User ${name}`,
    ...groups.map((each) => `Group ${each}`),
    ...(account ? [`ServiceAccount ${namespace}/${account}`] : []),
  ]
}

const subjectText = ({ kind, name, namespace }: Subject, own: string | undefined): string =>
  kind === 'ServiceAccount' ? `ServiceAccount "${name}/${namespace ?? own ?? ''}"` : `${kind} "${name}"`

const grantText = ({ binding: { kind, metadata, roleRef }, subject }: Grant): string => {
  const { name, namespace } = metadata
  const what = namespace ? `${kind} "${name}/${namespace}"` : `${kind} "${name}"`
  return `${what} of ${roleRef.kind} "${roleRef.name}" to ${subjectText(subject, namespace)}`
}

/** Bindings of one namespace, or of the whole cluster, by whom they are about. */
class Grants {
  readonly #bySubject = new Map<string, Map<string, Grant>>()

  add(binding: Binding): void {
    const { name, namespace } = binding.metadata
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(subject, namespace)
      const grants = this.#bySubject.get(key) ?? new Map<string, Grant>()
      this.#bySubject.set(key, grants.set(name, { binding, subject }))
    }
  }

  remove({ metadata: { name, namespace }, subjects = [] }: Binding): void {
    for (const subject of subjects) {
      const key = keyOf(subject, namespace)
      const grants = this.#bySubject.get(key)
      grants?.delete(name)
      if (grants?.size === 0) this.#bySubject.delete(key)
    }
  }

  get isEmpty(): boolean {
    return this.#bySubject.size === 0
  }

  of(keys: readonly string[]): readonly Grant[] {
    return keys.flatMap((key) => [...(this.#bySubject.get(key)?.values() ?? [])])
  }
}

/** A rule someone has, and through which binding. */
interface Held {
  readonly rule: Rule
  readonly grant: Grant
}

/** What someone may do somewhere. */
interface Rights {
  readonly held: readonly Held[]
  /** Roles that are bound and are not there. */
  readonly missing: readonly string[]
  /** Whether some of it is about objects of certain names. */
  readonly byName: boolean
}

interface Memo {
  readonly generation: number
  readonly rights: Map<string, Rights>
  readonly decisions: Map<string, Decision>
}

const decisionLimit = 1000

/** What a decision depends on: on a name only where some rule says names. */
const keyOfWish = (wanted: Attributes, byName: boolean): string => {
  if ('path' in wanted) return `${wanted.verb} ${wanted.path}`
  const { verb, group, resource, subresource = '', namespace = '', name = '' } = wanted
  return `${verb}\0${group}\0${resource}\0${subresource}\0${namespace}\0${byName ? name : ''}`
}

const placeOf = (wanted: Attributes): string => ('path' in wanted ? everywhere : (wanted.namespace ?? everywhere))

const isCluster = (resource: string): boolean => resource === kept.clusterRoleBindings
const isBinding = (resource: string): boolean => resource === kept.roleBindings || isCluster(resource)
const isRole = (resource: string): boolean => resource === kept.roles || resource === kept.clusterRoles

/** Who may do what, as Roles and their bindings say. Answers are remembered with the user until one of these changes. */
export class Rbac {
  readonly #objects: Objects
  /** By namespace. */
  readonly #grants = new Map<string, Grants>()
  readonly #memos = new WeakMap<User, Memo>()
  #generation = 0

  constructor(objects: Objects) {
    this.#objects = objects
    for (const resource of [kept.roleBindings, kept.clusterRoleBindings]) {
      for (const binding of objects.list(resource)) this.#add(binding as Binding) // by its schema
    }
    objects.listen((change) => this.#hear(change))
  }

  authorize(wanted: Attributes): Decision {
    const { decisions } = this.#memoOf(wanted.user)
    const key = keyOfWish(wanted, this.#rightsOf(wanted.user, placeOf(wanted)).byName)
    const found = decisions.get(key)
    if (found) return found
    const decision = this.#decide(wanted)
    if (decisions.size >= decisionLimit) decisions.clear()
    decisions.set(key, decision)
    return decision
  }

  /** Everything a user may do in a namespace, or in the whole cluster. */
  rulesOf(
    user: User,
    namespace = everywhere,
  ): { readonly rules: readonly Rule[]; readonly missing: readonly string[] } {
    const { held, missing } = this.#rightsOf(user, namespace)
    return { rules: held.map(({ rule }) => rule), missing }
  }

  /** The rules a binding grants; undefined when its role is not there. */
  rulesOfRole({ kind, name }: Binding['roleRef'], namespace: string): readonly Rule[] | undefined {
    const role = this.#role(kind, name, namespace)
    return role && (role.rules ?? [])
  }

  #decide(wanted: Attributes): Decision {
    const { held, missing } = this.#rightsOf(wanted.user, placeOf(wanted))
    const found = held.find(({ rule }) => allows(rule, wanted))
    if (found) return { allowed: true, reason: `RBAC: allowed by ${grantText(found.grant)}` }
    if (missing.length === 0) return { allowed: false }
    return { allowed: false, reason: `RBAC: ${missing.length === 1 ? missing[0] : `[${missing.join(', ')}]`}` }
  }

  #memoOf(user: User): Memo {
    const found = this.#memos.get(user)
    if (found?.generation === this.#generation) return found
    const memo = { generation: this.#generation, rights: new Map(), decisions: new Map() }
    this.#memos.set(user, memo)
    return memo
  }

  #rightsOf(user: User, namespace: string): Rights {
    const { rights } = this.#memoOf(user)
    const found = rights.get(namespace)
    if (found) return found
    const fresh = this.#collect(user, namespace)
    if (rights.size >= decisionLimit) rights.clear()
    rights.set(namespace, fresh)
    return fresh
  }

  #collect(user: User, namespace: string): Rights {
    const keys = keysOf(user)
    const places = namespace === everywhere ? [everywhere] : [everywhere, namespace]
    const grants = places.flatMap((place) => this.#grants.get(place)?.of(keys) ?? [])
    const held: Held[] = []
    const missing = new Set<string>()
    for (const grant of grants) {
      const { roleRef, metadata } = grant.binding
      const rules = this.rulesOfRole(roleRef, metadata.namespace ?? '')
      if (rules === undefined) missing.add(`${roleRef.kind.toLowerCase()}.${group} "${roleRef.name}" not found`)
      else for (const rule of rules) held.push({ rule, grant })
    }
    const byName = held.some(({ rule }) => (rule.resourceNames ?? []).length > 0)
    return { held, missing: [...missing], byName }
  }

  #role(kind: string, name: string, namespace: string): Role | undefined {
    const address =
      kind === 'ClusterRole'
        ? { resource: kept.clusterRoles, namespace: '', name }
        : { resource: kept.roles, namespace, name }
    return this.#objects.get(address) as Role | undefined // by its schema
  }

  #hear({ resource, type, object, before }: Change): void {
    if (!isBinding(resource) && !isRole(resource)) return
    this.#generation += 1
    if (!isBinding(resource)) return
    if (before) this.#remove(before as Binding) // by its schema, as below
    if (type !== 'DELETED') this.#add(object as Binding)
  }

  #add(binding: Binding): void {
    const place = binding.metadata.namespace ?? everywhere
    const grants = this.#grants.get(place) ?? new Grants()
    this.#grants.set(place, grants)
    grants.add(binding)
  }

  #remove(binding: Binding): void {
    const place = binding.metadata.namespace ?? everywhere
    const grants = this.#grants.get(place)
    grants?.remove(binding)
    if (grants?.isEmpty) this.#grants.delete(place)
  }
}
