import { type Condition, deepEqual, type Manifest } from '@flotilla/sdk'
import { humanDuration } from '../answer/age.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, required, unique, when } from './checks.ts'
import { definition } from './definitions.ts'
import { column, type Group, kind, text } from './kind.ts'

const certificates: Group = { group: 'certificates.k8s.io', version: 'v1', schemas: 'io.k8s.api.certificates.v1' }

/** What a certificate may be for. */
export const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
] as const

export interface SigningRequest extends Manifest {
  readonly spec: {
    readonly request: string
    readonly signerName: string
    readonly usages?: readonly string[]
    readonly expirationSeconds?: number
    readonly username?: string
    readonly uid?: string
    readonly groups?: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
  readonly status?: { readonly conditions?: readonly Condition[]; readonly certificate?: string }
}

const shortest = 600

const signerForm =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[a-zA-Z0-9.-]+(\/[a-zA-Z0-9.-]+)*$/

const signer = (name: string): Causes => {
  const field = 'spec.signerName'
  if (name === '') return [cause.required(field)]
  if (name === 'kubernetes.io/legacy-unknown')
    return [cause.invalid(field, name, 'the legacy signerName is not allowed via this API version')]
  return when(!signerForm.test(name), () =>
    cause.invalid(field, name, 'must be a fully qualified domain and path of the form "example.com/signer-name"'),
  )
}

const usage = (found: readonly string[] = []): Causes => [
  ...when(found.length === 0, () => cause.required('spec.usages')),
  ...found.flatMap((each, i) =>
    when(!usages.some((known) => known === each), () => cause.notSupported(`spec.usages[${i}]`, each, usages)),
  ),
  ...unique(
    found,
    (each) => each,
    (i) => `spec.usages[${i}]`,
  ),
]

const finalTypes: ReadonlySet<string> = new Set(['Approved', 'Denied', 'Failed'])

const conditionsOf = ({ status }: SigningRequest): readonly Condition[] => status?.conditions ?? []

const condition = ({ type, status }: Condition, i: number): Causes => {
  const field = `status.conditions[${i}]`
  return [
    ...required(`${field}.type`, type),
    ...required(`${field}.status`, status),
    ...when(finalTypes.has(type) && Boolean(status) && status !== 'True', () =>
      cause.notSupported(`${field}.status`, status, ['True']),
    ),
  ]
}

const has = (object: SigningRequest, type: string): boolean => conditionsOf(object).some((each) => each.type === type)

const conditionOf = (object: SigningRequest, type: string): Condition | undefined =>
  conditionsOf(object).find((each) => each.type === type)

const changes = (object: SigningRequest, before: SigningRequest, subresource: string | undefined): Causes =>
  [...finalTypes].flatMap((type) => {
    const [now, then] = [conditionOf(object, type), conditionOf(before, type)]
    const isOpen = subresource === (type === 'Failed' ? 'status' : 'approval')
    const done = !now ? then && 'remove' : !then ? !isOpen && 'add' : !isOpen && !deepEqual(now, then) && 'modify'
    if (!done) return []
    return [cause.forbidden('status.conditions', `updates may not ${done} a condition of type "${type}"`)]
  })

/** What was decided stays decided, and is not decided otherwise as well; and each only says what is theirs to say. */
const decisions = (
  object: SigningRequest,
  before: SigningRequest | undefined,
  subresource: string | undefined,
): Causes => [
  ...conditionsOf(object).flatMap(condition),
  ...unique(
    conditionsOf(object),
    ({ type }) => type,
    (i) => `status.conditions[${i}].type`,
  ),
  ...when(has(object, 'Approved') && has(object, 'Denied'), () =>
    cause.invalid('status.conditions', 'Denied', 'Approved and Denied conditions are mutually exclusive'),
  ),
  ...(before ? changes(object, before, subresource) : []),
]

const isPem = (value: string): boolean =>
  Buffer.from(value, 'base64').toString().includes('-----BEGIN CERTIFICATE-----')

const issued = ({ status }: SigningRequest, before: SigningRequest | undefined): Causes => {
  const certificate = status?.certificate
  const old = before?.status?.certificate
  return [
    ...when(Boolean(certificate) && !isPem(certificate ?? ''), () =>
      cause.invalid('status.certificate', '<certificate data>', 'must contain at least one CERTIFICATE PEM block'),
    ),
    ...when(Boolean(old) && old !== certificate, () =>
      cause.forbidden('status.certificate', 'updates may not modify existing certificate content'),
    ),
  ]
}

const state = (object: SigningRequest): string => {
  const known = ['Approved', 'Denied', 'Failed'].filter((type) => has(object, type))
  const all = [...known, ...(object.status?.certificate ? ['Issued'] : [])]
  return all.length > 0 ? all.join(',') : 'Pending'
}

/** When a condition was last said, and last became what it is. */
const dated = (conditions: readonly Condition[], before: readonly Condition[], now: string): readonly Condition[] =>
  conditions.map((each) => {
    const old = before.find(({ type }) => type === each.type)
    const since = old?.status === each.status ? old.lastTransitionTime : undefined
    const { lastUpdateTime = now } = each as Condition & { lastUpdateTime?: string } // by its schema
    return { ...each, lastUpdateTime, lastTransitionTime: each.lastTransitionTime ?? since ?? now }
  })

/** Who approves says only that. */
const revised = (subresource: string, object: SigningRequest, before: SigningRequest, now: string): SigningRequest => {
  const conditions = dated(conditionsOf(object), conditionsOf(before), now)
  const rest = subresource === 'approval' ? before.status : object.status
  return { ...object, status: { ...rest, ...(conditions.length > 0 && { conditions }) } }
}

export const signingRequests: Resource = kind<SigningRequest>(
  certificates,
  'CertificateSigningRequest',
  'certificatesigningrequests',
  {
    scope: 'Cluster',
    shortNames: ['csr'],
    subresources: ['status'],
    generation: false,
    own: [
      {
        name: 'approval',
        verbs: ['get', 'patch', 'update'],
        kind: { group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest' },
        schema: definition('io.k8s.api.certificates.v1.CertificateSigningRequest'),
      },
    ],
    columns: [
      column.name,
      column.age,
      text('SignerName', ({ spec }) => spec.signerName),
      text('Requestor', ({ spec }) => spec.username),
      text('RequestedDuration', ({ spec: { expirationSeconds } }) =>
        expirationSeconds === undefined ? '<none>' : humanDuration(expirationSeconds),
      ),
      text('Condition', state),
    ],
    selectable: { 'spec.signerName': ({ spec }) => spec.signerName },
    prepare: (object, before) => (before ? { ...object, spec: before.spec } : object),
    prepareSubresource: revised,
    validate: (object, before, subresource) => [
      ...signer(object.spec.signerName),
      ...usage(object.spec.usages),
      ...when((object.spec.expirationSeconds ?? shortest) < shortest, () =>
        cause.invalid(
          'spec.expirationSeconds',
          object.spec.expirationSeconds,
          'may not specify a duration less than 600 seconds (10 minutes)',
        ),
      ),
      ...decisions(object, before, subresource),
      ...issued(object, before),
    ],
  },
)
