import { deepEqual, type LabelSelector, type Manifest } from '@flotilla/sdk'
import { dnsSubdomain, pathSegment } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, follows, requiredName, selector, when } from './checks.ts'
import { column, type Group, type KindOptions, kind, text, wideOnly } from './kind.ts'
import { withFields } from './pod-defaults.ts'

const group = 'rbac.authorization.k8s.io'
const rbac: Group = { group, version: 'v1', schemas: 'io.k8s.api.rbac.v1' }

interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

interface Role extends Manifest {
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] }
  readonly rules?: readonly Rule[]
}

interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  readonly apiGroup?: string
}

interface Binding extends Manifest {
  readonly roleRef: { readonly apiGroup?: string; readonly kind: string; readonly name: string }
  readonly subjects?: readonly Subject[]
}

function rule(
  field: string,
  { verbs, apiGroups = [], resources = [], nonResourceURLs = [] }: Rule,
  scoped: boolean,
): Causes {
  const wrong = when(verbs.length === 0, () =>
    cause.required(`${field}.verbs`, 'verbs must contain at least one value'),
  )
  if (nonResourceURLs.length > 0) {
    return [
      ...wrong,
      ...when(scoped, () =>
        cause.invalid(
          `${field}.nonResourceURLs`,
          nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        ),
      ),
      ...when(apiGroups.length > 0 || resources.length > 0, () =>
        cause.invalid(
          `${field}.nonResourceURLs`,
          nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      ),
    ]
  }
  return [
    ...wrong,
    ...when(apiGroups.length === 0, () =>
      cause.required(`${field}.apiGroups`, 'resource rules must supply at least one api group'),
    ),
    ...when(resources.length === 0, () =>
      cause.required(`${field}.resources`, 'resource rules must supply at least one resource'),
    ),
  ]
}

const aggregation = (selectors: readonly LabelSelector[]): Causes => {
  const field = 'aggregationRule.clusterRoleSelectors'
  if (selectors.length === 0) {
    return [cause.required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
  }
  return selectors.flatMap((each, i) => {
    const wrong = selector(`${field}[${i}]`, each)
    return wrong.length === 0 ? [] : [...wrong, cause.invalid(`${field}[${i}]`, null, 'invalid label selector.')]
  })
}

const role = (scoped: boolean): KindOptions<Role> => ({
  validate: ({ rules = [], aggregationRule }) => [
    ...rules.flatMap((each, i) => rule(`rules[${i}]`, each, scoped)),
    ...(aggregationRule ? aggregation(aggregationRule.clusterRoleSelectors ?? []) : []),
  ],
})

/** Accounts are kinds of the core group, users and groups only names. */
const withGroup = (subject: Subject): Subject =>
  subject.apiGroup !== undefined || subject.kind === 'ServiceAccount' ? subject : { ...subject, apiGroup: group }

const subjects = ({ subjects: found = [] }: Binding, scoped: boolean): Causes =>
  found.flatMap(({ kind: what, name, namespace, apiGroup = '' }, i) => {
    const field = `subjects[${i}]`
    const isAccount = what === 'ServiceAccount'
    const known = isAccount || what === 'User' || what === 'Group'
    const wanted = isAccount ? '' : group
    return [
      ...when(name === '', () => cause.required(`${field}.name`)),
      ...(isAccount && name ? follows(`${field}.name`, name, dnsSubdomain) : []),
      ...when(!known, () => cause.notSupported(`${field}.kind`, what, ['ServiceAccount', 'User', 'Group'])),
      ...when(known && apiGroup !== wanted, () => cause.notSupported(`${field}.apiGroup`, apiGroup, [wanted])),
      ...when(isAccount && !namespace && !scoped, () => cause.required(`${field}.namespace`)),
    ]
  })

/** As a program in Go shows it. */
const shownRef = ({ apiGroup, kind: what, name }: Binding['roleRef']): object => ({
  APIGroup: apiGroup,
  Kind: what,
  Name: name,
})

const binding = (scoped: boolean): KindOptions<Binding> => {
  const kinds = scoped ? ['Role', 'ClusterRole'] : ['ClusterRole']
  return {
    columns: [
      column.name,
      text('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
      column.age,
      ...wideOnly<Binding>(
        text('Users', named('User')),
        text('Groups', named('Group')),
        text('ServiceAccounts', named('ServiceAccount')),
      ),
    ],
    prepare: (object) =>
      object.subjects?.some((each) => withGroup(each) !== each)
        ? withFields(object, { subjects: object.subjects.map(withGroup) })
        : object,
    validate: (object, before) => [
      ...when(!kinds.includes(object.roleRef.kind), () =>
        cause.notSupported('roleRef.kind', object.roleRef.kind, kinds),
      ),
      ...when(object.roleRef.apiGroup !== group, () =>
        cause.notSupported('roleRef.apiGroup', object.roleRef.apiGroup, [group]),
      ),
      ...requiredName('roleRef.name', object.roleRef.name, pathSegment),
      ...subjects(object, scoped),
      ...when(before !== undefined && !deepEqual(object.roleRef, before.roleRef), () =>
        cause.invalid('roleRef', shownRef(object.roleRef), 'cannot change roleRef'),
      ),
    ],
  }
}

const named =
  (what: string) =>
  ({ subjects: found = [] }: Binding): string =>
    found
      .filter((each) => each.kind === what)
      .map(({ namespace, name }) => (what === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
      .join(', ')

export const access: readonly Resource[] = [
  kind(rbac, 'Role', 'roles', role(true)),
  kind(rbac, 'RoleBinding', 'rolebindings', binding(true)),
  kind(rbac, 'ClusterRole', 'clusterroles', { ...role(false), scope: 'Cluster' }),
  kind(rbac, 'ClusterRoleBinding', 'clusterrolebindings', { ...binding(false), scope: 'Cluster' }),
]
