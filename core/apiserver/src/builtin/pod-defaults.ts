import type { Amounts } from './checks.ts'
import type { Container, PodSpec, PodTemplate, Volume } from './pod-spec.ts'

/** The tag of an image; `latest` when it names neither a tag nor a digest. */
function tagOf(image: string): string {
  const [path = '', digest] = image.split('@')
  const tag = /:([^:/]+)$/.exec(path)?.[1]
  return tag ?? (digest ? '' : 'latest')
}

/** Images that may change under their name are pulled each time. */
const pullPolicy = (image: string): string => (tagOf(image) === 'latest' ? 'Always' : 'IfNotPresent')

const withPullPolicy = (container: Container): Container =>
  container.imagePullPolicy || container.image === undefined
    ? container
    : { ...container, imagePullPolicy: pullPolicy(container.image) }

/** The same list when nothing in it changed: objects that need no defaults are to stay the same. */
export function mapped<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = items.map(change)
  return changed.every((item, i) => item === items[i]) ? items : changed
}

const withSource = (volume: Volume): Volume => (Object.keys(volume).length > 1 ? volume : { ...volume, emptyDir: {} })

/** On the host's network a container's ports are the host's. */
const withHostPorts = (container: Container): Container => {
  const { ports } = container
  if (!ports) return container
  const open = mapped(ports, (port) => (port.hostPort ? port : { ...port, hostPort: port.containerPort }))
  return open === ports ? container : { ...container, ports: open }
}

const withAccount = ({ serviceAccountName, serviceAccount }: PodSpec): Partial<PodSpec> => {
  const name = serviceAccountName ?? serviceAccount
  return name && (serviceAccountName !== name || serviceAccount !== name)
    ? { serviceAccountName: name, serviceAccount: name }
    : {}
}

/** Replaces fields that changed; the same object when none did. */
export function withFields<T extends object>(object: T, fields: Partial<T>): T {
  for (const key in fields) if (fields[key] !== object[key]) return { ...object, ...fields }
  return object
}

/** Defaults of Pods wherever they are described that depend on what else they say. */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  const { containers, initContainers, volumes, hostNetwork } = spec
  const fill = (container: Container): Container => withPullPolicy(hostNetwork ? withHostPorts(container) : container)
  return withFields(spec, {
    containers: mapped(containers, fill),
    ...(initContainers && { initContainers: mapped(initContainers, fill) }),
    ...(volumes && { volumes: mapped(volumes, withSource) }),
    ...withAccount(spec),
  })
}

/** The same for a template in a workload. */
export const defaultTemplate = (template: PodTemplate): PodTemplate =>
  withFields(template, { spec: defaultPodSpec(template.spec) })

/** What is not requested but limited is requested up to its limit. */
const withRequests = (container: Container): Container => {
  const { limits, requests = {} } = container.resources ?? {}
  const missing = Object.entries(limits ?? {}).filter(([name]) => !Object.hasOwn(requests, name))
  if (missing.length === 0) return container
  return {
    ...container,
    resources: { ...container.resources, requests: { ...requests, ...Object.fromEntries(missing) } },
  }
}

/** Defaults of Pods that run, which templates do not have. */
export function defaultRunningSpec(given: PodSpec): PodSpec {
  const spec = defaultPodSpec(given)
  const { initContainers } = spec
  return withFields(spec, {
    containers: mapped(spec.containers, withRequests),
    ...(initContainers && { initContainers: mapped(initContainers, withRequests) }),
    enableServiceLinks: spec.enableServiceLinks ?? true,
    priority: spec.priority ?? 0,
    preemptionPolicy: spec.preemptionPolicy ?? 'PreemptLowerPriority',
  })
}

const compute = ['cpu', 'memory'] as const

const guarantees = (requests: Amounts = {}, limits: Amounts = {}): boolean =>
  compute.every((name) => limits[name] !== undefined && String(requests[name] ?? limits[name]) === String(limits[name]))

const asksForNothing = (resources: Container['resources']): boolean =>
  compute.every((name) => resources?.requests?.[name] === undefined && resources?.limits?.[name] === undefined)

/** How sure a Pod can be of its resources. */
export function qualityOfService({ containers, initContainers = [] }: PodSpec): string {
  const resources = [...containers, ...initContainers].map((container) => container.resources)
  if (resources.every(asksForNothing)) return 'BestEffort'
  return resources.every((each) => guarantees(each?.requests, each?.limits)) ? 'Guaranteed' : 'Burstable'
}
