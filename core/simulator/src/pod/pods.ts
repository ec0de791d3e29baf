import type { Runtime } from '@flotilla/kube'
import { controllerReference, type Key, type Manifest, type StringMap } from '@flotilla/sdk'
import { type Pod, type PodSpec, type PodStatus, type PodTemplate, podKind } from '../api/pod.ts'
import { Cached } from '../cached.ts'
import type { Capacity } from '../node/capacity.ts'
import { byController } from '../owner.ts'

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

/** What a pod that has a node says from the beginning; undefined when its kubelet has to start it. */
export interface Birth {
  begin(pod: Pod): PodStatus | undefined
  /** What a pod was to say was not accepted. */
  fail(status: PodStatus): void
}

/** The pods of a cluster, as the controllers of workloads deal with them. */
export class Pods extends Cached<Pod> {
  readonly #capacity: Capacity
  readonly #birth: Birth | undefined

  /** With a `birth`, pods that have a node are born started. */
  constructor(runtime: Pick<Runtime, 'client' | 'store' | 'signal'>, capacity: Capacity, birth?: Birth) {
    super(runtime, podKind)
    this.#capacity = capacity
    this.#birth = birth
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
      return await ('node' in place
        ? this.#bear({ ...pod, spec: { ...pod.spec, nodeName: place.node } })
        : this.create(pod))
    } catch (error) {
      this.#capacity.release(key)
      throw error
    }
  }

  async #bear(pod: Pod): Promise<Pod> {
    const status = this.#birth?.begin(pod)
    if (!status) return this.create(pod)
    try {
      const born = await this.create({ ...pod, status })
      if (born.status?.podIP !== status.podIP) this.#birth?.fail(status)
      return born
    } catch (error) {
      this.#birth?.fail(status)
      throw error
    }
  }
}
