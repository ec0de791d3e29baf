import { withLabel } from './edit.ts'
import type { Problems } from './field.ts'
import { groupOf, type Kind } from './kind.ts'
import type { Manifest } from './manifest.ts'
import { type Extension, on } from './point.ts'
import { type Admission, type Denial, mutate, refuse } from './points/admit.ts'

/** An object of a known kind is being created or changed. */
export interface Write<T extends Manifest = Manifest> extends Omit<Admission, 'manifest' | 'before'> {
  readonly manifest: T
  /** The object before an update. */
  readonly before?: T
}

/**
 * Whether an admission is a write of one of the kinds. An object that is going away is let go: nothing is demanded of it
 * any more, or a stricter rule would keep its finalizers for ever.
 */
function isWrite<T extends Manifest>(
  kinds: readonly Kind<T>[],
  admission: Admission,
): admission is Write<T> & Admission {
  const { operation, manifest } = admission
  if (operation === 'DELETE' || manifest.metadata.deletionTimestamp !== undefined) return false
  return kinds.some(({ apiVersion, kind }) => manifest.kind === kind && manifest.apiVersion === apiVersion)
}

/**
 * Fills in and tidies up objects of some kinds as they are written. Their schema is checked later: what the user sent may
 * have any shape, and a change must leave alone what it does not understand.
 */
export const mutates = <T extends Manifest>(kinds: readonly Kind<T>[], change: (write: Write<T>) => T): Extension =>
  on(mutate, (admission) => (isWrite(kinds, admission) ? change(admission) : undefined))

/**
 * Refuses objects of some kinds that cannot work, and says all that is wrong with them. Their schema may be checked later;
 * reading them through `Field` is safe.
 */
export const checks = <T extends Manifest>(
  kinds: readonly Kind<T>[],
  check: (write: Write<T>) => Problems | Promise<Problems>,
): Extension =>
  on(refuse, (admission) => {
    if (!isWrite(kinds, admission)) return undefined
    const problems = check(admission)
    return problems instanceof Promise
      ? problems.then((problems) => invalid(admission, problems))
      : invalid(admission, problems)
  })

/** The denial of an object with problems, worded as Kubernetes words it; nothing when there are none. */
export function invalid({ manifest, key }: Admission, problems: Problems): Denial | undefined {
  const causes = [...problems]
  if (causes.length === 0) return undefined
  const group = groupOf(manifest.apiVersion)
  const subject = `${manifest.kind}${group ? `.${group}` : ''} ${JSON.stringify(key.name)}`
  const said = causes.map(({ field, message }) => `${field}: ${message}`)
  const message = `${subject} is invalid: ${said.length === 1 ? said[0] : `[${said.join(', ')}]`}`
  return { message, code: 422, reason: 'Invalid', causes }
}

/**
 * The object with a label that says which one it is, whatever its name: a UUID, given once and kept through updates that
 * leave it out.
 */
export function withPermanentId<T extends Manifest>({ manifest, before }: Write<T>, label: string): T {
  const { [label]: id = before?.metadata.labels?.[label] } = manifest.metadata.labels ?? {}
  return withLabel(manifest, label, id || crypto.randomUUID())
}
