import { parseQuantity } from '@flotilla/sdk'
import { dnsSubdomain } from '../object/names.ts'
import { cause } from '../schema/causes.ts'
import { type Amounts, type Causes, follows, required, when, within } from './checks.ts'
import type { Container, ContainerPort, EnvVar, PodSpec, SecurityContext } from './pod-spec.ts'
import { inside } from './volume-checks.ts'

const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const

const keyRef = (field: string, { name = '', key }: { readonly name?: string; readonly key?: string }): Causes => [
  ...follows(`${field}.name`, name, dnsSubdomain),
  ...required(`${field}.key`, key),
]

/** Where a variable has its value from: one place. */
export function valueFrom(field: string, from: NonNullable<EnvVar['valueFrom']>): Causes {
  const found = sources.filter((name) => from[name] !== undefined)
  if (found.length === 0) {
    const names = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
    return [cause.invalid(field, '', `must specify one of: ${names}`)]
  }
  return [
    ...(from.configMapKeyRef ? keyRef(`${field}.configMapKeyRef`, from.configMapKeyRef) : []),
    ...(from.secretKeyRef ? keyRef(`${field}.secretKeyRef`, from.secretKeyRef) : []),
    ...when(found.length > 1, () => cause.invalid(field, '', 'may not have more than one field specified at a time')),
  ]
}

/** Variables that are taken over, each from one place. */
export const envFrom = (field: string, { envFrom: found = [] }: Container): Causes =>
  found.flatMap(({ configMapRef, secretRef }) =>
    when(!configMapRef && !secretRef, () =>
      cause.invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`'),
    ),
  )

const portKey = ({ protocol = 'TCP', hostIP = '', hostPort }: ContainerPort): string =>
  `${protocol}/${hostIP}/${hostPort}`

/** Ports of the host: each is there once, and on the host's network they are the container's own. */
export const hostPorts = (field: string, { ports = [] }: Container, isHost: boolean | undefined): Causes =>
  ports.flatMap((each, i) => [
    ...when(Boolean(each.hostPort) && ports.slice(0, i).some((other) => portKey(other) === portKey(each)), () =>
      cause.duplicate(`${field}.ports[${i}].hostPort`, portKey(each)),
    ),
    ...when(isHost === true && Boolean(each.hostPort) && each.hostPort !== each.containerPort, () =>
      cause.invalid(
        `${field}.ports[${i}].hostPort`,
        each.hostPort,
        'must match `containerPort` when `hostNetwork` is true',
      ),
    ),
  ])

/** Parts of volumes. */
export const subPaths = (field: string, { volumeMounts = [] }: Container): Causes =>
  volumeMounts.flatMap(({ subPath, subPathExpr }, i) => [
    ...inside(`${field}.volumeMounts.subPath`, subPath),
    ...when(Boolean(subPath) && Boolean(subPathExpr), () =>
      cause.invalid(
        `${field}.volumeMounts[${i}].subPathExpr`,
        subPathExpr,
        'subPathExpr and subPath are mutually exclusive',
      ),
    ),
  ])

const standard = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/

const isOwn = (name: string): boolean => name.includes('/') && !name.startsWith('kubernetes.io/')

/** What a container may ask for: what is standard, or is called by whose it is, and then in whole numbers. */
export const resourceNames = (field: string, found: Amounts = {}): Causes =>
  Object.entries(found).flatMap(([name, amount]) => {
    const at = `${field}[${name}]`
    if (isOwn(name)) {
      return when(parseQuantity(amount) % 1000n !== 0n, () => cause.invalid(at, String(amount), 'must be an integer'))
    }
    return when(!name.includes('/') && !standard.test(name), () =>
      cause.invalid(at, name, 'must be a standard resource for containers'),
    )
  })

const highestId = 2_147_483_647

const ids = (field: string, context: SecurityContext, names: readonly (keyof SecurityContext)[]): Causes =>
  names.flatMap((name) => {
    const value = context[name]
    return typeof value === 'number' ? within(`${field}.${name}`, value, 0, highestId) : []
  })

const profile = (field: string, { seccompProfile: found }: SecurityContext): Causes =>
  when(found?.type === 'Localhost' && !found.localhostProfile, () =>
    cause.required(`${field}.seccompProfile.localhostProfile`, 'must be set when seccomp type is Localhost'),
  )

/** Whose rights a container has. */
export const security = (field: string, context: SecurityContext = {}): Causes => [
  ...ids(field, context, ['runAsUser', 'runAsGroup']),
  ...profile(field, context),
]

const sysctl = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const sysctlDetail =
  'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'

/** The same of a whole Pod. */
export const podSecurity = (field: string, { securityContext: context = {}, ...spec }: PodSpec): Causes => [
  ...ids(field, context, ['fsGroup', 'runAsUser', 'runAsGroup']),
  ...(context.supplementalGroups ?? []).flatMap((id, i) =>
    within(`${field}.supplementalGroups[${i}]`, id, 0, highestId),
  ),
  ...when(spec.shareProcessNamespace === true && spec.hostPID === true, () =>
    cause.invalid(`${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
  ),
  ...(context.sysctls ?? []).flatMap(({ name }, i) =>
    when(!sysctl.test(name), () => cause.invalid(`${field}.sysctls[${i}].name`, name, sysctlDetail)),
  ),
  ...profile(field, context),
]
