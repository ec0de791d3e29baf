import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { deepEqual, type Manifest } from '@flotilla/sdk'
import type { Objects } from '../../store/objects.ts'
import { timestamp } from '../../target.ts'
import { type Binding, kept } from './rbac.ts'
import { beyond, type Role } from './rule.ts'

/** The same place for the sources, for `dist` and in the published package. */
const file = new URL('../../../schemas/roles.json', import.meta.url)

const resources: Readonly<Record<string, string>> = {
  Role: kept.roles,
  ClusterRole: kept.clusterRoles,
  RoleBinding: kept.roleBindings,
  ClusterRoleBinding: kept.clusterRoleBindings,
}

const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate'
const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' } as const

type Described = Pick<Role & Binding, 'kind' | 'metadata'>

let read: readonly Manifest[] | undefined

/** The roles and bindings of a new cluster, as the generator wrote them: the same for all servers of a process. */
export const defaultRoles = (): readonly Manifest[] => {
  read ??= (JSON.parse(readFileSync(file, 'utf8')) as readonly Described[]).map(({ kind, metadata, ...rest }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...bootstrapping },
      annotations: { [autoupdate]: 'true' },
    },
    ...rest,
  }))
  return read
}

const addressOf = ({ kind, metadata: { namespace = '', name } }: Manifest) => ({
  resource: resources[kind] ?? '',
  namespace,
  name,
})

const born = (object: Manifest, now: Date): Manifest => ({
  ...object,
  metadata: { ...object.metadata, uid: randomUUID(), creationTimestamp: timestamp(now) },
})

/** What is there, with what it lacks of the rules and subjects it should have. */
const completed = (found: Role & Binding, wanted: Role & Binding): Manifest => {
  if (found.aggregationRule) return found // its rules are those of others
  if (deepEqual([found.rules, found.subjects], [wanted.rules, wanted.subjects])) return found
  const rules = beyond(wanted.rules ?? [], found.rules ?? [])
  const subjects = (wanted.subjects ?? []).filter((each) => !found.subjects?.some((other) => deepEqual(other, each)))
  if (rules.length === 0 && subjects.length === 0) return found
  return {
    ...found,
    ...(rules.length > 0 && { rules: [...(found.rules ?? []), ...rules] }),
    ...(subjects.length > 0 && { subjects: [...(found.subjects ?? []), ...subjects] }),
  }
}

const isKeptUp = ({ metadata: { annotations } }: Manifest): boolean => annotations?.[autoupdate] !== 'false'

/**
 * Lays down the roles and bindings every cluster has. What was changed stays changed, but for what was taken away from it; whoever does not want
 * that says so with the annotation Kubernetes has for it. Written past admission, all at once.
 */
export const ensureRoles = async (objects: Objects, now: Date): Promise<void> => {
  const writes = defaultRoles().flatMap((wanted) => {
    const address = addressOf(wanted)
    const found = objects.newest(address)
    const after = found ? completed(found as Role & Binding, wanted as Role & Binding) : born(wanted, now) // by their schemas
    return after === found || (found && !isKeptUp(found)) ? [] : [objects.write(address, found, after)]
  })
  await Promise.all(writes)
}
