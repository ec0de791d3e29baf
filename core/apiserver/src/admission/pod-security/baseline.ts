import type { Check } from './check.ts'
import { type Container, containersOf, hasOwnUsers, type Pod } from './pod.ts'
import { containers, culprits, listed, quoted, several, sorted, unique } from './words.ts'

const is = (found: boolean, words: () => string): string | undefined => (found ? words() : undefined)

const armorAnnotation = 'container.apparmor.security.beta.kubernetes.io/'
const isArmored = (profile: string): boolean =>
  profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/')

const forbiddenAnnotations = ({ metadata }: Pod): readonly string[] =>
  Object.entries(metadata?.annotations ?? {})
    .filter(([name, profile]) => name.startsWith(armorAnnotation) && !isArmored(profile))
    .map(([name, profile]) => `${name}="${profile}"`)
    .toSorted()

const isBare = (profile: { readonly type: string } | undefined): boolean => profile?.type === 'Unconfined'

const appArmor = (pod: Pod): string | undefined => {
  const annotated = forbiddenAnnotations(pod)
  const found = containersOf(pod).filter(({ securityContext }) => isBare(securityContext?.appArmorProfile))
  const whole = isBare(pod.spec.securityContext?.appArmorProfile)
  const said = [
    ...(whole || found.length > 0
      ? [`${culprits(whole, found)} must not set AppArmor profile type to "Unconfined"`]
      : []),
    ...(annotated.length > 0 ? [`${several('annotation', annotated.length)} ${annotated.join(', ')}`] : []),
  ]
  return is(said.length > 0, () => said.join(' and '))
}

const usual: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

const beyond = ({ securityContext }: Container): readonly string[] =>
  (securityContext?.capabilities?.add ?? []).filter((name) => !usual.has(name))

const capabilities = (pod: Pod): string | undefined => {
  const found = containersOf(pod).filter((each) => beyond(each).length > 0)
  return is(
    found.length > 0,
    () =>
      `${containers(found)} must not include ${quoted(sorted(found.flatMap(beyond)))} in securityContext.capabilities.add`,
  )
}

const hostNamespaces = ({ spec }: Pod): string | undefined => {
  const found = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name])
  return is(found.length > 0, () => found.map((name) => `${name}=true`).join(', '))
}

const hostPaths = ({ spec: { volumes = [] } }: Pod): string | undefined => {
  const found = volumes.filter(({ hostPath }) => hostPath)
  return is(found.length > 0, () =>
    listed(
      'volume',
      found.map(({ name }) => name),
    ),
  )
}

const portsOf = ({ ports = [] }: Container): readonly string[] =>
  ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))

const hostPorts = (pod: Pod): string | undefined => {
  const found = containersOf(pod).filter((each) => portsOf(each).length > 0)
  const ports = sorted(found.flatMap(portsOf))
  const use = found.length === 1 ? 'uses' : 'use'
  return is(
    found.length > 0,
    () => `${containers(found)} ${use} ${several('hostPort', ports.length)} ${ports.join(', ')}`,
  )
}

const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): readonly string[] =>
  [livenessProbe, readinessProbe, startupProbe, lifecycle?.preStop, lifecycle?.postStart].flatMap((handler) =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host !== undefined && host !== ''),
  ) as readonly string[] // what is undefined was left out

const probedHosts = (pod: Pod): string | undefined => {
  const found = containersOf(pod).filter((each) => hostsOf(each).length > 0)
  const use = found.length === 1 ? 'uses' : 'use'
  return is(
    found.length > 0,
    () => `${containers(found)} ${use} probe or lifecycle ${listed('host', sorted(found.flatMap(hostsOf)))}`,
  )
}

const privileged = (pod: Pod): string | undefined => {
  const found = containersOf(pod).filter(({ securityContext }) => securityContext?.privileged)
  return is(found.length > 0, () => `${containers(found)} must not set securityContext.privileged=true`)
}

/** Which containers see all of `/proc`. */
export const unmasked = (pod: Pod): string | undefined => {
  const mounts = ({ securityContext }: Container) => securityContext?.procMount
  const found = containersOf(pod).filter((each) => (mounts(each) ?? 'Default') !== 'Default')
  return is(
    found.length > 0,
    () =>
      `${containers(found)} must not set securityContext.procMount to ${quoted(unique(found.map((each) => mounts(each) ?? '')))}`,
  )
}

const types = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']

const seLinux = (pod: Pod): string | undefined => {
  const optionsOf = ({ securityContext }: Pick<Container, 'securityContext'>) => securityContext?.seLinuxOptions
  const isWrong = (options: ReturnType<typeof optionsOf>) =>
    options !== undefined && (!types.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role))
  const own = pod.spec.securityContext?.seLinuxOptions
  const found = containersOf(pod).filter((each) => isWrong(optionsOf(each)))
  const all = [...(isWrong(own) ? [own] : []), ...found.map(optionsOf)]
  const wrongTypes = sorted(all.flatMap((each) => (types.includes(each?.type ?? '') ? [] : [each?.type ?? ''])))
  const said = [
    ...(wrongTypes.length > 0 ? [listed('type', wrongTypes)] : []),
    ...(all.some((each) => each?.user) ? ['user may not be set'] : []),
    ...(all.some((each) => each?.role) ? ['role may not be set'] : []),
  ]
  const isOwn = isWrong(own)
  return is(
    all.length > 0,
    () => `${culprits(isOwn, found)} set forbidden securityContext.seLinuxOptions: ${said.join('; ')}`,
  )
}

/** Who runs whatever system calls there are. */
export const unconfined = (pod: Pod): string | undefined => {
  const own = isBare(pod.spec.securityContext?.seccompProfile)
  const found = containersOf(pod).filter(({ securityContext }) => isBare(securityContext?.seccompProfile))
  return is(
    own || found.length > 0,
    () => `${culprits(own, found)} must not set securityContext.seccompProfile.type to "Unconfined"`,
  )
}

/** Settings of the kernel that belong to a Pod alone, by the minor version that has known them so. */
const harmless: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
}

const sysctls = ({ spec: { securityContext } }: Pod, minor: number): string | undefined => {
  const isHarmless = (name: string) => Object.hasOwn(harmless, name) && (harmless[name] ?? 0) <= minor
  const found = (securityContext?.sysctls ?? []).filter(({ name }) => !isHarmless(name))
  return is(found.length > 0, () => found.map(({ name }) => name).join(', '))
}

const hostProcesses = (pod: Pod): string | undefined => {
  const own = pod.spec.securityContext?.windowsOptions?.hostProcess === true
  const found = containersOf(pod).filter(({ securityContext }) => securityContext?.windowsOptions?.hostProcess)
  return is(
    own || found.length > 0,
    () => `${culprits(own, found)} must not set securityContext.windowsOptions.hostProcess=true`,
  )
}

/** What nobody needs who does not run the cluster itself. */
export const baseline: readonly Check[] = [
  { id: 'appArmorProfile', reason: 'forbidden AppArmor profile', look: appArmor },
  { id: 'capabilities', reason: 'non-default capabilities', look: capabilities },
  { id: 'hostNamespaces', reason: 'host namespaces', look: hostNamespaces },
  { id: 'hostPathVolumes', reason: 'hostPath volumes', look: hostPaths },
  { id: 'hostPorts', reason: 'hostPort', look: hostPorts },
  { id: 'hostProbes', reason: 'probe or lifecycle host', since: 34, look: probedHosts },
  { id: 'privileged', reason: 'privileged', look: privileged },
  {
    id: 'procMount',
    reason: 'procMount',
    look: (pod, minor) => (minor >= 35 && hasOwnUsers(pod) ? undefined : unmasked(pod)),
  },
  { id: 'seLinuxOptions', reason: 'seLinuxOptions', look: seLinux },
  { id: 'seccompProfile', reason: 'seccompProfile', look: unconfined },
  { id: 'sysctls', reason: 'forbidden sysctls', look: sysctls },
  { id: 'windowsHostProcess', reason: 'hostProcess', look: hostProcesses },
]
