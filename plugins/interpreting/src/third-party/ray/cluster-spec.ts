import { type Component, type interpret, type Manifest, pods } from '@flotilla/sdk'
import { podTemplate } from '../../pod-shape.ts'
import { count, fields, list, type Reader, text } from '../../read.ts'
import { component } from '../component.ts'
import { unique } from '../dependencies.ts'

/** A cluster of Ray, as others have it inside them. */
export interface ClusterSpec {
  readonly headGroupSpec?: { readonly template?: pods.PodTemplate }
  readonly workerGroupSpecs?: readonly Workers[]
}

interface Workers {
  readonly groupName?: string
  readonly replicas?: number
  readonly template?: pods.PodTemplate
}

export const clusterSpec: Reader<ClusterSpec> = fields({
  headGroupSpec: fields({ template: podTemplate }),
  workerGroupSpecs: list(fields({ groupName: text, replicas: count, template: podTemplate })),
})

/** Its head, and its groups of workers. */
export const componentsOf = ({ headGroupSpec, workerGroupSpecs = [] }: ClusterSpec): readonly Component[] => [
  component('ray-head', 1, headGroupSpec?.template?.spec),
  ...workerGroupSpecs.map(({ groupName, replicas = 0, template }, i) =>
    component(groupName || `worker-${i + 1}`, replicas, template?.spec),
  ),
]

/** The pods of its head and of each group of workers. */
export const podsOf = ({ headGroupSpec, workerGroupSpecs = [] }: ClusterSpec): readonly pods.PodSpec[] =>
  [headGroupSpec, ...workerGroupSpecs].map((group) => group?.template?.spec).filter((pod) => pod !== undefined)

export const dependenciesOf = (owner: Manifest, all: readonly pods.PodSpec[]): readonly interpret.Dependency[] =>
  unique(all.flatMap((pod) => pods.podDependencies(owner, pod)))
