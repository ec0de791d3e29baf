import { deepEqual, type Manifest } from '@flotilla/sdk'
import { refusal } from '../../status.ts'
import type { Objects } from '../../store/objects.ts'
import type { Admission, AdmissionRequest, Admitted } from '../admission.ts'
import type { Container, Pod } from './pod.ts'
import { causesOf, isOpen, type Policy, policyOf } from './policy.ts'
import { called, levels, minorOf, type Standard, violationsOf } from './standard.ts'

const inAudit = 'pod-security.kubernetes.io/'

/** What a workload makes its Pods of; undefined for what makes none. */
const templateOf = ({ kind, spec, template }: Manifest): Pod | undefined => {
  const words = spec as {
    readonly template?: unknown
    readonly jobTemplate?: { readonly spec?: { template?: unknown } }
  }
  const found =
    kind === 'PodTemplate' ? template : kind === 'CronJob' ? words.jobTemplate?.spec?.template : words.template
  return (found as { spec?: unknown } | undefined)?.spec ? (found as Pod) : undefined // by its schema
}

const workloads: ReadonlySet<string> = new Set([
  'podtemplates',
  'replicationcontrollers',
  'replicasets.apps',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
])

/** Pods are kept as their schema says. */
const asPod = (object: Manifest): Pod => object as unknown as Pod

const imagesOf = (containers: readonly Container[] = []): readonly unknown[] =>
  containers.map(({ name, image }) => [name, image])

/** What of a Pod may change in its life, and counts. */
const significant = ({ metadata, spec }: Pod): unknown => [
  imagesOf(spec.containers),
  imagesOf(spec.initContainers),
  imagesOf(spec.ephemeralContainers),
  Object.entries(metadata?.annotations ?? {}).filter(([name]) => name.includes('apparmor')),
]

const isChanged = (pod: Manifest, before: Manifest | undefined): boolean =>
  !before || !deepEqual(significant(asPod(pod)), significant(asPod(before)))

const words = (standard: Standard, details: string): string =>
  `would violate PodSecurity "${called(standard)}": ${details}`

/** What is said of something that is not refused. */
const remarks = (request: AdmissionRequest, { audit, warn }: Policy, pod: Pod): readonly string[] => {
  const [audited, warned] = [audit, warn].map((standard) => violationsOf(standard, pod))
  if (audited) request.annotate?.(`${inAudit}audit-violations`, words(audit, audited.details))
  return warned ? [words(warn, warned.details)] : []
}

const admitPod = (request: AdmissionRequest, policy: Policy): Admitted => {
  const { resource, name, manifest, before, operation } = request
  if (operation === 'UPDATE' && !isChanged(manifest, before)) return { manifest }
  request.annotate?.(`${inAudit}enforce-policy`, called(policy.enforce))
  const wrong = violationsOf(policy.enforce, asPod(manifest))
  if (wrong)
    throw refusal.forbidden(resource, name, `violates PodSecurity "${called(policy.enforce)}": ${wrong.details}`)
  return { manifest, warnings: remarks(request, policy, asPod(manifest)) }
}

const admitWorkload = (request: AdmissionRequest, policy: Policy): Admitted => {
  const { manifest } = request
  const template = templateOf(manifest)
  return { manifest, warnings: template ? remarks(request, policy, template) : [] }
}

const others = (count: number): string => (count === 1 ? '1 other pod' : `${count} other pods`)

/** Of more Pods it is not looked whether they keep what a namespace wants from now on. */
const mostPods = 3000

/** Who does not keep what a namespace wants from now on. */
const violators = (objects: Objects, { metadata: { name } }: Manifest, standard: Standard): readonly string[] => {
  const byReasons = new Map<string, string[]>()
  for (const pod of objects.list('pods', name).slice(0, mostPods)) {
    const wrong = violationsOf(standard, asPod(pod))
    if (wrong) byReasons.set(wrong.reasons, [...(byReasons.get(wrong.reasons) ?? []), pod.metadata.name])
  }
  if (byReasons.size === 0) return []
  return [
    `existing pods in namespace "${name}" violate the new PodSecurity enforce level "${called(standard)}"`,
    ...[...byReasons]
      .map(([reasons, [first = '', ...more]]) =>
        more.length > 0 ? `${first} (and ${others(more.length)}): ${reasons}` : `${first}: ${reasons}`,
      )
      .toSorted(),
  ]
}

const isStricter = (after: Standard, before: Standard): boolean =>
  levels.indexOf(after.level) > levels.indexOf(before.level) ||
  (after.level === before.level && (minorOf(after.version) ?? 0) > (minorOf(before.version) ?? 0))

const admitNamespace = (objects: Objects, { resource, name, manifest, before }: AdmissionRequest): Admitted => {
  const wrong = causesOf(manifest)
  if (wrong.length > 0 && !(before && deepEqual(wrong, causesOf(before)))) throw refusal.invalid(resource, name, wrong)
  if (!before) return { manifest }
  const [after, last] = [policyOf(manifest).enforce, policyOf(before).enforce]
  return { manifest, warnings: isStricter(after, last) ? violators(objects, manifest, after) : [] }
}

/** The standards that a namespace wants its Pods to keep, by its labels: some are refused, others spoken of. */
export const podSecurity =
  (objects: Objects): Admission =>
  async (request) => {
    const { resource, subresource, namespace = '', manifest, operation } = request
    const id = resource.group ? `${resource.plural}.${resource.group}` : resource.plural
    if (id === 'namespaces' && !subresource && operation !== 'DELETE') return admitNamespace(objects, request)
    const isPod = id === 'pods' && (!subresource || subresource === 'ephemeralcontainers')
    if (operation === 'DELETE' || !(isPod || (workloads.has(id) && !subresource))) return request
    const found = objects.newest({ resource: 'namespaces', namespace: '', name: namespace })
    const policy = found && policyOf(found)
    if (!policy || isOpen(policy)) return { manifest }
    return isPod ? admitPod(request, policy) : admitWorkload(request, policy)
  }
