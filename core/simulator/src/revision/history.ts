import { controllerReference, type Manifest } from '@flotilla/sdk'
import { type ControllerRevision, controllerRevisionKind } from '../api/controller-revision.ts'
import type { PodTemplate } from '../api/pod.ts'

/** The template a workload has now, and which ones its pods have. */
export interface Current {
  readonly owner: Manifest
  readonly template: PodTemplate
  /** Of the template. */
  readonly hash: string
  /** Names of revisions that pods have. */
  readonly used: ReadonlySet<string>
  /** How many others are kept. */
  readonly limit: number
}

export interface Steps {
  readonly create?: ControllerRevision
  /** The newest from now on, with its number. */
  readonly renumber?: { readonly revision: ControllerRevision; readonly number: number }
  readonly remove: readonly ControllerRevision[]
}

export const revisionName = ({ metadata }: Manifest, hash: string): string => `${metadata.name}-${hash}`

const newRevision = ({ owner, template, hash }: Current, revision: number): ControllerRevision => ({
  apiVersion: controllerRevisionKind.apiVersion,
  kind: controllerRevisionKind.kind,
  metadata: {
    name: revisionName(owner, hash),
    ...(owner.metadata.namespace && { namespace: owner.metadata.namespace }),
    labels: { ...template.metadata?.labels, 'controller.kubernetes.io/hash': hash },
    ownerReferences: [controllerReference(owner)],
  },
  revision,
  data: { spec: { template: { ...template, $patch: 'replace' } } },
})

/** The oldest that no pod has, beyond as many as are kept. */
function surplus(old: readonly ControllerRevision[], { used, limit }: Current): readonly ControllerRevision[] {
  const idle = old.filter(({ metadata }) => !used.has(metadata.name)).toSorted((a, b) => a.revision - b.revision)
  return idle.slice(0, Math.max(0, idle.length - limit))
}

/** What to do so that there is a revision of the template as it is now, which is the newest. */
export function planHistory(current: Current, known: readonly ControllerRevision[]): Steps {
  const name = revisionName(current.owner, current.hash)
  const found = known.find(({ metadata }) => metadata.name === name)
  const old = known.filter((revision) => revision !== found)
  const number = Math.max(0, ...old.map(({ revision }) => revision)) + 1
  const remove = surplus(old, current)
  if (!found) return { create: newRevision(current, number), remove }
  return found.revision < number ? { renumber: { revision: found, number }, remove } : { remove }
}
