import { type interpret, type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podSpec } from '../../pod-shape.ts'
import { fields, number, parts, text } from '../../read.ts'
import { observedGeneration, reflect } from '../generations.ts'
import { lasts, statuses, sums, withFields } from '../status.ts'

const partsOf = parts({
  spec: (value) => podSpec(value),
  status: fields({ matchedPods: number, updatedPods: number }),
})
const whereOf = parts({ spec: fields({ namespace: text }) })

const counters = ['matchedPods', 'updatedPods', 'readyPods', 'updatedReadyPods']

/** Its containers are in pods of the namespace it is about. */
function dependencies(object: Manifest): readonly interpret.Dependency[] {
  const namespace = object.metadata.namespace ?? whereOf(object).spec?.namespace ?? 'default'
  const owner = { ...object, metadata: { ...object.metadata, namespace } }
  return pods
    .podDependencies(owner, partsOf(object).spec)
    .filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret')
}

function isHealthy(object: Manifest): boolean {
  const { status } = partsOf(object)
  const { matchedPods = 0, updatedPods = 0 } = status ?? {}
  return status !== undefined && (matchedPods === 0 || updatedPods === matchedPods)
}

/** It has no pods of its own: its containers are put into those of others. */
export const sidecarSet = ofKind(
  { project: 'kruise', apiVersion: 'apps.kruise.io/v1alpha1', kind: 'SidecarSet' },
  {
    replicas: () => ({ replicas: 0 }),
    retain: (desired) => desired,
    isHealthy,
    dependencies,
    status: reflect(...counters, 'latestRevision', 'collisionCount'),
    aggregate: (template, items) =>
      withFields(
        template,
        { observedGeneration: observedGeneration(template, items) },
        sums(statuses(items), ...counters),
        lasts(statuses(items), 'latestRevision', 'collisionCount'),
      ),
  },
)
