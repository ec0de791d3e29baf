import { unconfined, unmasked } from './baseline.ts'
import type { Check } from './check.ts'
import { type Container, containersOf, hasOwnUsers, isWindows, type Pod } from './pod.ts'
import { containers, culprits, listed, quoted, sorted } from './words.ts'

/** From this minor version on, what Windows does not have is not asked of it. */
const knowsWindows = 25

const isSpared = (pod: Pod, minor: number): boolean => minor >= knowsWindows && isWindows(pod)

const escalation = (pod: Pod, minor: number): string | undefined => {
  if (isSpared(pod, minor)) return undefined
  const found = containersOf(pod).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false)
  return found.length > 0 ? `${containers(found)} must set securityContext.allowPrivilegeEscalation=false` : undefined
}

const extra = ({ securityContext }: Container): readonly string[] =>
  (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE')

const capabilities = (pod: Pod, minor: number): string | undefined => {
  if (isSpared(pod, minor)) return undefined
  const all = containersOf(pod)
  const keeping = all.filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'))
  const adding = all.filter((each) => extra(each).length > 0)
  const said = [
    ...(keeping.length > 0 ? [`${containers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [
          `${containers(adding)} must not include ${quoted(sorted(adding.flatMap(extra)))} in securityContext.capabilities.add`,
        ]
      : []),
  ]
  return said.length > 0 ? said.join('; ') : undefined
}

const allowed: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

const sourceOf = ({ name: _, ...source }: { readonly name: string }): string =>
  Object.keys(source).find((key) => source[key as keyof typeof source] !== undefined) ?? 'unknown'

const volumes = ({ spec }: Pod): string | undefined => {
  const found = (spec.volumes ?? []).filter((volume) => !allowed.has(sourceOf(volume)))
  if (found.length === 0) return undefined
  const names = found.map(({ name }) => name)
  const use = found.length === 1 ? 'uses' : 'use'
  return `${listed('volume', names)} ${use} restricted volume ${listed('type', sorted(found.map(sourceOf)))}`
}

/** From this minor version on, the root of a Pod with users of its own is nobody's concern. */
const knowsUsers = 35

const nonRoot = (pod: Pod, minor: number): string | undefined => {
  if (minor >= knowsUsers && hasOwnUsers(pod)) return undefined
  const own = pod.spec.securityContext?.runAsNonRoot
  const all = containersOf(pod)
  const saysNo = all.filter(({ securityContext }) => securityContext?.runAsNonRoot === false)
  const saysNothing = all.filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined)
  if (saysNo.length > 0 || own === false)
    return `${culprits(own === false, saysNo)} must not set securityContext.runAsNonRoot=false`
  if (own === true || saysNothing.length === 0) return undefined
  return `pod or ${containers(saysNothing)} must set securityContext.runAsNonRoot=true`
}

const rootUser = (pod: Pod, minor: number): string | undefined => {
  if (minor >= knowsUsers && hasOwnUsers(pod)) return undefined
  const own = pod.spec.securityContext?.runAsUser === 0
  const found = containersOf(pod).filter(({ securityContext }) => securityContext?.runAsUser === 0)
  return own || found.length > 0 ? `${culprits(own, found)} must not set runAsUser=0` : undefined
}

const seccomp = (pod: Pod, minor: number): string | undefined => {
  if (isSpared(pod, minor)) return undefined
  const wrong = unconfined(pod)
  if (wrong || pod.spec.securityContext?.seccompProfile) return wrong
  const found = containersOf(pod).filter(({ securityContext }) => !securityContext?.seccompProfile)
  if (found.length === 0) return undefined
  return `pod or ${containers(found)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
}

/** What a Pod needs that is written with care. */
export const restricted: readonly Check[] = [
  { id: 'allowPrivilegeEscalation', reason: 'allowPrivilegeEscalation != false', since: 8, look: escalation },
  { id: 'capabilities', reason: 'unrestricted capabilities', since: 22, look: capabilities },
  { id: 'procMount', reason: 'procMount', since: 35, look: unmasked },
  { id: 'hostPathVolumes', reason: 'restricted volume types', look: volumes },
  { id: 'runAsNonRoot', reason: 'runAsNonRoot != true', look: nonRoot },
  { id: 'runAsUser', reason: 'runAsUser=0', since: 23, look: rootUser },
  { id: 'seccompProfile', reason: 'seccompProfile', since: 19, look: seccomp },
]
