import { controllerReference, deepEqual, type Manifest, type StringMap } from '@flotilla/sdk'
import { type Deployment, type ReplicaSet, replicaSetKind } from '../api/workloads.ts'
import { templateHash } from '../names.ts'
import { limitsOf } from './limits.ts'

export const hashLabel = 'pod-template-hash'
export const revisionAnnotation = 'deployment.kubernetes.io/revision'
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
const maxAnnotation = 'deployment.kubernetes.io/max-replicas'

/** Annotations that are about the Deployment itself. */
const own: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  'deployment.kubernetes.io/revision-history',
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
])

const inherited = ({ metadata: { annotations = {} } }: Deployment): StringMap =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => !own.has(name)))

/** A new Deployment with the revision that it has as soon as it has a ReplicaSet. */
export function withFirstRevision(deployment: Manifest): Manifest {
  const { metadata } = deployment
  const annotations = { ...metadata.annotations, [revisionAnnotation]: '1' }
  return { ...deployment, metadata: { ...metadata, annotations } }
}

/** How many replicas the Deployment wants, and may have, as its ReplicaSets remember it. */
export const sizeAnnotations = (deployment: Deployment): StringMap => {
  const { replicas, mostReplicas } = limitsOf(deployment)
  return { [desiredAnnotation]: String(replicas), [maxAnnotation]: String(mostReplicas) }
}

export const revisionOf = ({ metadata }: ReplicaSet): number => Number(metadata.annotations?.[revisionAnnotation] ?? 0)

/** Whether a ReplicaSet makes the pods a Deployment wants now. */
export function isCurrent({ spec: { template } }: ReplicaSet, deployment: Deployment): boolean {
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {}
  const wanted = deployment.spec.template
  return (
    deepEqual(template.spec, wanted.spec) &&
    deepEqual(labels, wanted.metadata?.labels ?? {}) &&
    deepEqual(template.metadata?.annotations, wanted.metadata?.annotations)
  )
}

/** The ReplicaSet that makes the pods a Deployment wants now. */
export function newReplicaSet(deployment: Deployment, replicas: number, revision: number): ReplicaSet {
  const { metadata, spec, status } = deployment
  const { template, selector, minReadySeconds } = spec
  const hash = templateHash(template, status?.collisionCount)
  const labels = { ...template.metadata?.labels, [hashLabel]: hash }
  return {
    apiVersion: replicaSetKind.apiVersion,
    kind: replicaSetKind.kind,
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace && { namespace: metadata.namespace }),
      labels,
      annotations: { ...inherited(deployment), ...sizeAnnotations(deployment), [revisionAnnotation]: String(revision) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}
