import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest } from '../manifest.ts'
import { int32, list, object, required, text, texts, word } from '../schema.ts'
import { conditionsSchema } from './kubernetes.ts'

export interface ServiceImportPort {
  readonly name?: string
  readonly protocol?: string
  readonly port: number
  readonly appProtocol?: string
}

export interface SessionAffinityConfig {
  readonly clientIP?: { readonly timeoutSeconds?: number }
}

export interface ServiceImportSpec {
  readonly ports: readonly ServiceImportPort[]
  /** At most one of each family. */
  readonly ips?: readonly string[]
  readonly type: 'ClusterSetIP' | 'Headless'
  readonly sessionAffinity?: string
  readonly sessionAffinityConfig?: SessionAffinityConfig
  readonly ipFamilies?: readonly string[]
  readonly internalTrafficPolicy?: string
  readonly trafficDistribution?: string
}

export interface ServiceImportStatus {
  /** Where it is exported from. */
  readonly clusters?: readonly { readonly cluster: string }[]
  readonly endpointSliceObjects?: 'Present' | 'Absent'
  readonly conditions?: readonly Condition[]
}

/** A Service that other clusters export. */
export interface ServiceImport extends Manifest {
  readonly spec?: ServiceImportSpec
  readonly status?: ServiceImportStatus
}

export const serviceImportKind: Kind<ServiceImport> = {
  apiVersion: 'multicluster.x-k8s.io/v1alpha1',
  kind: 'ServiceImport',
  plural: 'serviceimports',
  scope: 'Namespaced',
}

/** The same objects in the version the SIG's conformance suite speaks. */
export const serviceImportV1beta1Kind: Kind<ServiceImport> = {
  ...serviceImportKind,
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
}

const portSchema = object<ServiceImportPort>('A port.', {
  name: text('Name of the port.'),
  protocol: text('TCP, UDP or SCTP.'),
  port: required(int32('Number of the port.')),
  appProtocol: text('What is spoken there.'),
})

const sessionAffinityConfigSchema = object<SessionAffinityConfig>('How clients stay with one backend.', {
  clientIP: object<SessionAffinityConfig['clientIP']>('By the address of the client.', {
    timeoutSeconds: int32('For how long.'),
  }),
})

const specSchema = object<ServiceImportSpec>('What the Service is like here.', {
  ports: required(list('Its ports.', portSchema, { atomic: true })),
  ips: texts('Its address, or one of each family, if it has any.', { maxItems: 2 }),
  type: required(word('Whether it has one address, or those of its backends.', ['ClusterSetIP', 'Headless'])),
  sessionAffinity: text('ClientIP or None.'),
  sessionAffinityConfig: sessionAffinityConfigSchema,
  ipFamilies: texts('IPv4, IPv6 or both.', { maxItems: 2 }),
  internalTrafficPolicy: text('Cluster or Local.'),
  trafficDistribution: text('Which endpoints are preferred.'),
})

const statusSchema = object<ServiceImportStatus>('Where it comes from.', {
  clusters: list(
    'Clusters that export it.',
    object<NonNullable<ServiceImportStatus['clusters']>[number]>('A cluster that exports it.', {
      cluster: required(text('Name of the cluster.')),
    }),
    { key: 'cluster' },
  ),
  endpointSliceObjects: word('Whether its endpoints are there as EndpointSlices.', ['Present', 'Absent']),
  conditions: conditionsSchema('Whether it is ready.', { keyed: true }),
})

const version = {
  description: 'A Service that other clusters export.',
  fields: { spec: specSchema, status: statusSchema },
  status: true,
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'Whether it has one address, or many.' },
    { name: 'IP', type: 'string', jsonPath: '.spec.ips', description: 'Its address.' },
    { ...ageColumn, name: 'Age' },
  ],
} as const

export const serviceImportDefinition: Definition = {
  kind: serviceImportKind,
  shortNames: ['svcim'],
  ...version,
  older: { v1beta1: version },
}
