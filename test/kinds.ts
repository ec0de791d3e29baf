import type { Kind } from '@flotilla/sdk'

/** Kinds of Kubernetes that the tests and benchmarks speak of. */
export const deploymentKind: Kind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
}
export const configMapKind: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }
export const podKind: Kind = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', scope: 'Namespaced' }
export const serviceKind: Kind = { apiVersion: 'v1', kind: 'Service', plural: 'services', scope: 'Namespaced' }
export const eventKind: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' }
