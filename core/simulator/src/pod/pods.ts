import type { Runtime } from '@flotilla/kube'
import type { Key, Manifest, StringMap } from '@flotilla/sdk'
import { type Pod, type PodSpec, type PodTemplate, podKind } from '../api/pod.ts'
import { Cached } from '../cached.ts'
import type { Capacity } from '../node/capacity.ts'
import { byController, controllerReference } from '../owner.ts'

/** What a workload says of one of its pods beside the template. */
export interface PodDraft {
  readonly name: string
  readonly generateName?: string
  /** Beside those of the template. */
  readonly labels?: StringMap
  readonly annotations?: StringMap
  /** In place of those of the template. */
  readonly spec?: Partial<PodSpec>
}

function podOf(owner: Manifest, { metadata = {}, spec }: PodTemplate, draft: PodDraft): Pod {
  const { namespace } = owner.metadata
  const { name, generateName } = draft
  const annotations = { ...metadata.annotations, ...draft.annotations }
  return {
    apiVersion: podKind.apiVersion,
    kind: podKind.kind,
    metadata: {
      name,
      ...(generateName && { generateName }),
      ...(namespace && { namespace }),
      labels: { ...metadata.labels, ...draft.labels },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: draft.spec ? { ...spec, ...draft.spec } : spec,
  }
}

/** The pods of a cluster, as the controllers of workloads deal with them. */
export class Pods extends Cached<Pod> {
  readonly #capacity: Capacity

  constructor(runtime: Pick<Runtime, 'client' | 'store' | 'signal'>, capacity: Capacity) {
    super(runtime, podKind)
    this.#capacity = capacity
  }

  /** All that belong to a workload, finished ones and those on their way out included. */
  of({ metadata: { uid = '' } }: Manifest): readonly Pod[] {
    return this.store.by(byController, uid)
  }

  /** Makes a pod for a workload. It is born on its node when one has room, which saves the scheduler a write. */
  async make(owner: Manifest, template: PodTemplate, draft: PodDraft): Promise<Pod> {
    const pod = podOf(owner, template, draft)
    const { namespace, name } = pod.metadata
    const key: Key = namespace ? { namespace, name } : { name }
    const place = this.#capacity.place(key, pod.spec)
    try {
      return await this.create('node' in place ? { ...pod, spec: { ...pod.spec, nodeName: place.node } } : pod)
    } catch (error) {
      this.#capacity.release(key)
      throw error
    }
  }
}
