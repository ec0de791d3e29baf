import { findCondition, type Manifest } from '@flotilla/sdk'
import { type ApiService, available } from '../aggregation/api-service.ts'
import { dnsLabel1035, dnsSubdomain, pathSegment } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, follows, required, when } from './checks.ts'
import { column, type Group, kind, text } from './kind.ts'

const registration: Group = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  schemas: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
}

/** Before it is checked, everything in it may be missing. */
type Spec = Partial<ApiService['spec']>

interface Draft extends Manifest {
  /** Completed before anyone looks at it. */
  readonly spec: Spec
  readonly status?: ApiService['status']
}

const usualPort = 443

/** Whose service names no port, means that of HTTPS. */
const complete = (spec: Spec): Spec =>
  spec.service && spec.service.port === undefined ? { ...spec, service: { ...spec.service, port: usualPort } } : spec

const named = ({ metadata: { name }, spec: { group = '', version = '' } }: Draft): Causes => {
  const wanted = `${version}.${group}`
  const rule = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`
  return when(name !== wanted && pathSegment(name).length === 0, () => cause.invalid('metadata.name', name, rule))
}

const grouped = ({ group = '', version = '' }: Spec): Causes => [
  ...when(group === '' && version !== 'v1', () =>
    cause.required('spec.group', 'only v1 may have an empty group and it better be legacy kube'),
  ),
  ...(group === '' ? [] : follows('spec.group', group, dnsSubdomain)),
  ...follows('spec.version', version, dnsLabel1035),
]

const ranked = (field: string, value: number, most: number): Causes =>
  when(value <= 0 || value > most, () => cause.invalid(field, value, `must be positive and less than ${most}`))

const localOnly = ({ caBundle = '', insecureSkipTLSVerify = false }: Spec): Causes => [
  ...when(caBundle !== '', () =>
    cause.invalid(
      'spec.caBundle',
      `${Buffer.from(caBundle, 'base64').length} bytes`,
      'local APIServices may not have a caBundle',
    ),
  ),
  ...when(insecureSkipTLSVerify, () =>
    cause.invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'),
  ),
]

const distant = (
  { caBundle = '', insecureSkipTLSVerify = false }: Spec,
  service: NonNullable<Spec['service']>,
): Causes => [
  ...required('spec.service.namespace', service.namespace),
  ...required('spec.service.name', service.name),
  ...when(service.port !== undefined && (service.port < 1 || service.port > 65535), () =>
    cause.invalid('spec.service.port', service.port, 'port is not valid: must be between 1 and 65535, inclusive'),
  ),
  ...when(insecureSkipTLSVerify && caBundle !== '', () =>
    cause.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'),
  ),
]

const states = ['True', 'False', 'Unknown']

const told = ({ status }: Draft): Causes =>
  (status?.conditions ?? []).flatMap((condition, i) =>
    when(!states.includes(condition.status), () =>
      cause.notSupported(`status.conditions[${i}].status`, condition.status, states),
    ),
  )

const validate = (object: Draft, subresource: string | undefined): Causes => {
  if (subresource === 'status') return told(object)
  const { spec } = object
  const { groupPriorityMinimum = 0, versionPriority = 0 } = spec
  return [
    ...named(object),
    ...grouped(spec),
    ...ranked('spec.groupPriorityMinimum', groupPriorityMinimum, 20_000),
    ...ranked('spec.versionPriority', versionPriority, 1_000),
    ...(spec.service ? distant(spec, spec.service) : localOnly(spec)),
  ]
}

const availability = ({ status }: Draft): string => {
  const found = findCondition(status?.conditions, available)
  if (!found) return 'Unknown'
  return found.status === 'True' || !found.reason ? found.status : `${found.status} (${found.reason})`
}

export const apiService: Resource = kind<Draft>(registration, 'APIService', 'apiservices', {
  scope: 'Cluster',
  categories: ['api-extensions'],
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text(
      'Service',
      ({ spec: { service } }) => (service ? `${service.namespace}/${service.name}` : 'Local'),
      'The reference to the service that hosts this API endpoint.',
    ),
    text('Available', availability, 'Whether this service is available.'),
    column.age,
  ],
  prepare: (object) => ({ ...object, spec: complete(object.spec ?? {}) }),
  validate: (object, _, subresource) => validate(object, subresource),
})
