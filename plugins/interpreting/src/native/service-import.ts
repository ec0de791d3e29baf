import type { interpret, Manifest } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'

/** An imported service is served by a Service derived from it, and that Service's endpoints. */
function dependencies({ metadata: { namespace, name } }: Manifest): readonly interpret.Dependency[] {
  const derived = `derived-${name}`
  const where = namespace ? { namespace } : {}
  return [
    { apiVersion: 'v1', kind: 'Service', ...where, name: derived },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      ...where,
      labelSelector: { matchLabels: { 'kubernetes.io/service-name': derived } },
    },
  ]
}

export const serviceImport = ofKind(
  { apiVersion: 'multicluster.x-k8s.io/v1alpha1', kind: 'ServiceImport' },
  { dependencies },
)
