import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest, StringMap } from '../manifest.ts'
import { object, stringMap } from '../schema.ts'
import { conditionsSchema } from './kubernetes.ts'

export interface ServiceExportSpec {
  /** Labels that the imports of the Service have. */
  readonly exportedLabels?: StringMap
  /** Annotations that the imports of the Service have. */
  readonly exportedAnnotations?: StringMap
}

export interface ServiceExportStatus {
  readonly conditions?: readonly Condition[]
}

/** Lets other clusters import the Service of its name. */
export interface ServiceExport extends Manifest {
  readonly spec?: ServiceExportSpec
  readonly status?: ServiceExportStatus
}

export const serviceExportKind: Kind<ServiceExport> = {
  apiVersion: 'multicluster.x-k8s.io/v1alpha1',
  kind: 'ServiceExport',
  plural: 'serviceexports',
  scope: 'Namespaced',
}

/** The same objects in the version the SIG's conformance suite speaks. */
export const serviceExportV1beta1Kind: Kind<ServiceExport> = {
  ...serviceExportKind,
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
}

const version = {
  description: 'Lets other clusters import the Service of its name.',
  fields: {
    spec: object<ServiceExportSpec>('What of it is exported beside the Service.', {
      exportedLabels: stringMap('Labels that its imports have.'),
      exportedAnnotations: stringMap('Annotations that its imports have.'),
    }),
    status: object<ServiceExportStatus>('What became of it.', {
      conditions: conditionsSchema('Whether it is exported.', { keyed: true }),
    }),
  },
  status: true,
  columns: [{ ...ageColumn, name: 'Age' }],
} as const

export const serviceExportDefinition: Definition = {
  kind: serviceExportKind,
  shortNames: ['svcex'],
  ...version,
  older: { v1beta1: version },
}
