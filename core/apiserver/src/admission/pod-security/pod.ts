interface SecurityContext {
  readonly seLinuxOptions?: SeLinux
  readonly seccompProfile?: Profile
  readonly appArmorProfile?: Profile
  readonly windowsOptions?: { readonly hostProcess?: boolean }
  readonly runAsUser?: number
  readonly runAsNonRoot?: boolean
}

interface SeLinux {
  readonly type?: string
  readonly user?: string
  readonly role?: string
}

interface Profile {
  readonly type: string
}

interface Handler {
  readonly httpGet?: { readonly host?: string }
  readonly tcpSocket?: { readonly host?: string }
}

/** What the standards look at in a container. */
export interface Container {
  readonly name: string
  readonly image?: string
  readonly ports?: readonly { readonly hostPort?: number }[]
  readonly livenessProbe?: Handler
  readonly readinessProbe?: Handler
  readonly startupProbe?: Handler
  readonly lifecycle?: { readonly preStop?: Handler; readonly postStart?: Handler }
  readonly securityContext?: SecurityContext & {
    readonly privileged?: boolean
    readonly allowPrivilegeEscalation?: boolean
    readonly procMount?: string
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] }
  }
}

/** What the standards look at in a Pod. */
export interface Pod {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly hostNetwork?: boolean
    readonly hostPID?: boolean
    readonly hostIPC?: boolean
    readonly hostUsers?: boolean
    readonly os?: { readonly name: string }
    readonly runtimeClassName?: string
    readonly securityContext?: SecurityContext & { readonly sysctls?: readonly { readonly name: string }[] }
    readonly volumes?: readonly { readonly name: string; readonly [source: string]: unknown }[]
    readonly initContainers?: readonly Container[]
    readonly containers: readonly Container[]
    readonly ephemeralContainers?: readonly Container[]
  }
}

export const containersOf = ({ spec }: Pod): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
  ...(spec.ephemeralContainers ?? []),
]

export const isWindows = ({ spec }: Pod): boolean => spec.os?.name === 'windows'

/** Its root is nobody on the node. */
export const hasOwnUsers = ({ spec }: Pod): boolean => spec.hostUsers === false
