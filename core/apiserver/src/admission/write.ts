import type { User } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'
import type { Rights } from './rights.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** A write as the server's own admission, its webhooks and its policies see it: in the version of the request. */
export interface Write {
  readonly operation: Operation
  readonly served: Served
  readonly subresource?: string
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string
  readonly name: string
  /** What would be written, or what is asked of a connection; absent for a deletion. */
  readonly object?: Manifest
  /** What is there. */
  readonly before?: Manifest
  readonly user: User
  readonly dryRun: boolean
  /** `CreateOptions`, `UpdateOptions`, `PatchOptions` or `DeleteOptions`. */
  readonly options: object
  /** Who may do what, for expressions. */
  readonly rights: Rights
  /** Adds to what the audit log says. */
  readonly annotate: (key: string, value: string) => void
}

/** A kind as the wire has it. */
export interface KindName {
  readonly group: string
  readonly version: string
  readonly kind: string
}

const scaleKind: KindName = { group: 'autoscaling', version: 'v1', kind: 'Scale' }

/** Where who asks is connected, it is about what he asks for. */
export const kindOf = ({ group, version, kind, own }: Served, subresource: string | undefined): KindName => {
  if (subresource === 'scale') return scaleKind
  const connection = own?.find(({ name, schema }) => name === subresource && !schema)
  return connection?.kind ?? { group, version, kind }
}

export const isNamespace = ({ served }: Pick<Write, 'served'>): boolean => served.id === 'namespaces'
