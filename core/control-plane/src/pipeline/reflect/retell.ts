import { annotation, type Manifest, type Reference } from '@flotilla/sdk'

/** An Event of a cluster, as far as it is told again. */
export interface MemberEvent extends Manifest {
  readonly involvedObject: { readonly kind?: string; readonly namespace?: string; readonly name?: string }
  readonly type?: string
  readonly reason?: string
  readonly message?: string
}

type Named = Pick<Reference, 'kind' | 'namespace' | 'name'>

/** What Kubernetes makes names of that nobody has chosen. */
const letters = '[bcdfghjklmnpqrstvwxz2456789]'
const withSuffix = new RegExp(`^(.+)-${letters}{5}$`)
const withHash = new RegExp(`^(.+)-${letters}{1,10}$`)
const withNumber = /^(.+)-\d+$/

/** What made an object, by its name: events do not say. */
function* makersOf({ kind, name, namespace }: Named): Generator<Named> {
  const named = (pattern: RegExp, kind: string): readonly Named[] => {
    const [, maker] = pattern.exec(name) ?? []
    return maker === undefined ? [] : [{ kind, name: maker, ...(namespace && { namespace }) }]
  }
  const makers: Readonly<Record<string, readonly (readonly [pattern: RegExp, kind: string])[]>> = {
    Pod: [
      [withSuffix, 'ReplicaSet'],
      [withSuffix, 'DaemonSet'],
      [withSuffix, 'Job'],
      [withNumber, 'StatefulSet'],
    ],
    ReplicaSet: [[withHash, 'Deployment']],
    Job: [
      [withNumber, 'CronJob'],
      [withNumber, 'Job'], // of a pod with an index
    ],
  }
  for (const [pattern, makerKind] of makers[kind] ?? []) {
    for (const maker of named(pattern, makerKind)) {
      yield maker
      yield* makersOf(maker)
    }
  }
}

/** An event as it is told again. */
export interface Retold {
  readonly about: Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** The template a manifest was made of. */
function templateOf({ apiVersion, kind, metadata }: Manifest): Retold['about'] {
  const { namespace, name, annotations = {} } = metadata
  const uid = annotations[annotation.templateUid]
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) } }
}

/**
 * What is told on a template of an event in a cluster; undefined when it is about nothing that was propagated, and
 * nothing made of that. `find` knows what was propagated there. Of what was only made of it, only warnings matter.
 */
export function retell(
  { involvedObject, type, reason = '', message = '' }: MemberEvent,
  cluster: string,
  find: (named: Named) => Manifest | undefined,
): Retold | undefined {
  const { kind = '', namespace, name = '' } = involvedObject
  const involved: Named = { kind, name, ...(namespace && { namespace }) }
  const told = type === 'Warning' ? 'Warning' : 'Normal'
  const itself = find(involved)
  if (itself) return { about: templateOf(itself), type: told, reason, message: `[${cluster}] ${message}` }
  if (told === 'Normal') return undefined
  for (const maker of makersOf(involved)) {
    const made = find(maker)
    if (made)
      return { about: templateOf(made), type: told, reason, message: `[${cluster}] ${kind} ${name}: ${message}` }
  }
  return undefined
}
