import { isDeepStrictEqual } from 'node:util'
import {
  annotation,
  type Binding,
  bindingName,
  clusterOfNamespace,
  executionNamespace,
  finalizer,
  findCondition,
  isTrue,
  label,
  type Manifest,
  type Work,
  workName,
} from '@flotilla/sdk'
import type { Shelf, Sight } from './look.ts'
import { candidates, chosen, type Model, means, preempts, ruleText, type Template } from './model.ts'
import { shopLaws } from './shop-laws.ts'
import { ourKeys, type PolicySaid, textOf } from './universe.ts'

/** One look at everything, with what users said, and which members the control plane reaches. */
export interface Case {
  readonly model: Model
  readonly sight: Sight
  readonly isUp: (cluster: string) => boolean
}

type Law = (given: Case) => Iterable<string>

const isManaged = ({ metadata }: Manifest): boolean => metadata.labels?.[label.managed] === 'true'

/** The policy that has a template, by the words on it; half a claim is said to be none. */
function claimOn({ metadata: { annotations = {} } }: Manifest): { namespace?: string; name: string } | undefined {
  const namespace = annotations[annotation.propagationPolicyNamespace]
  const name = annotations[annotation.propagationPolicyName]
  if (namespace && name) return { namespace, name }
  const wide = annotations[annotation.clusterPropagationPolicyName]
  return wide ? { name: wide } : undefined
}

function idOn({ metadata: { labels = {} } }: Manifest): string | undefined {
  return labels[label.propagationPolicyId] ?? labels[label.clusterPropagationPolicyId]
}

/** The keys of a claim that stand on an object: three of a policy of its namespace, two of a cluster-wide one. */
const claimKeys = ({ metadata: { labels, annotations } }: Manifest): number =>
  [...ourKeys(labels), ...ourKeys(annotations)].filter((key) => key.includes('propagationpolicy.karmada.io')).length

export const bindingOf = ({ bindings }: Sight, { kind, metadata: { namespace, name } }: Manifest) =>
  bindings.find(({ metadata }) => metadata.name === bindingName(kind, name) && metadata.namespace === namespace)

/** Where a binding's template has to be. */
function targetsOf({ spec: { clusters = [], requiredBy = [] } }: Binding): ReadonlyMap<string, number | undefined> {
  const attached = requiredBy.flatMap((each) => each.clusters ?? [])
  return new Map([...attached, ...clusters].map(({ name, replicas }) => [name, replicas]))
}

/** Templates are what users said they are: all of them, and no others. */
function* templatesAreThere({ model, sight }: Case) {
  for (const text of sight.templates.keys()) if (!model.templates.has(text)) yield `${text} is there, deleted as it is`
  for (const [text, { said }] of model.templates) {
    const found = sight.templates.get(text)
    if (!found) yield `${text} is not there`
    else if (found.metadata.annotations?.revision !== String(said.revision)) yield `${text} is not what its user wrote`
  }
}

function* policiesAreThere({ model, sight }: Case) {
  for (const [rules, objects] of [
    [model.policies, sight.policies],
    [model.overrides, sight.overrides],
  ] as const) {
    const texts = new Set(objects.map(({ metadata }) => ruleText(metadata)))
    for (const { kind, metadata } of objects) {
      const text = ruleText(metadata)
      if (!rules.has(text)) yield `${kind} ${text} is there, deleted as it is: ${metadata.finalizers}`
      else if (metadata.deletionTimestamp) yield `${kind} ${text} is going`
    }
    for (const text of rules.keys()) if (!texts.has(text)) yield `policy ${text} is not there`
  }
}

/** Each template belongs to a policy that is there and selects it, and to none that another takes it from. */
function* claimsAreRight({ model, sight }: Case) {
  for (const [text, template] of model.templates) {
    const found = sight.templates.get(text)
    if (!found) continue
    const claim = claimOn(found)
    const keys = claimKeys(found)
    if (keys !== (claim ? (claim.namespace ? 3 : 2) : 0)) yield `${text} has ${keys} keys of a claim`
    yield* claimIsRight(model, sight, text, template, claim && ruleText(claim), idOn(found))
  }
}

function* claimIsRight(
  model: Model,
  { policies }: Sight,
  text: string,
  template: Template,
  claim: string | undefined,
  id: string | undefined,
) {
  const all = candidates(model, template)
  const holder = all.find((rule) => ruleText(rule) === claim)
  if (claim && !holder) yield `${text} is claimed by ${claim}, which does not select it`
  const policy = policies.find(({ metadata }) => ruleText(metadata) === claim)
  if (holder && policy && idOn(policy) !== id) yield `${text} is claimed by a ${claim} that is gone`
  const first = chosen(all, template)
  if (!claim && first) yield `${text} is not claimed by ${ruleText(first)}`
  const takers = holder ? all.filter((rule) => rule !== holder && preempts(rule, holder)) : []
  const taker = chosen(takers, template)
  if (taker) yield `${text} is claimed by ${claim}, and not by ${ruleText(taker)}, which preempts`
  if (!template.isNew || model.isUnruly) return
  if (
    first &&
    ruleText(first) !== claim &&
    takers.length === 0 &&
    !all.some((rule) => rule !== first && preempts(rule, first))
  )
    yield `${text} is new, and claimed by ${claim}, not by ${ruleText(first)}`
}

/** Each binding is of a template that is there, and says what its policy says. */
function* bindingsAreRight(given: Case) {
  const { model, sight } = given
  const owners = new Map([...sight.templates.values()].map((each) => [each.metadata.uid, each]))
  for (const binding of sight.bindings) {
    const { kind, metadata, spec } = binding
    const text = `${kind} ${ruleText(metadata)}`
    if (metadata.deletionTimestamp) yield `${text} is going`
    const template = owners.get(spec.resource.uid)
    if (!template) yield `${text} is of no template`
    else if (metadata.ownerReferences?.some(({ uid }) => uid !== template.metadata.uid)) yield `${text} has more owners`
    if (metadata.finalizers?.length !== 1) yield `${text} has finalizers ${metadata.finalizers}`
    if (spec.gracefulEvictionTasks?.length) yield `${text} is being evicted`
    if (!spec.placement && !spec.requiredBy?.length) yield `${text} is needed by nobody`
    yield* attachmentIsRight(sight, binding, text)
  }
  for (const [text, template] of model.templates) {
    const found = sight.templates.get(text)
    if (found) yield* bindingIsRight(given, text, template, found)
  }
}

function* attachmentIsRight({ bindings }: Sight, { metadata, spec }: Binding, text: string) {
  const { requiredBy = [] } = spec
  const labels = ourKeys(metadata.labels).filter((key) => key.startsWith(label.dependedByPrefix))
  if (labels.length !== requiredBy.length)
    yield `${text} has ${labels.length} labels of ${requiredBy.length} dependents`
  for (const { namespace, name, clusters } of requiredBy) {
    const by = bindings.find((each) => each.metadata.name === name && each.metadata.namespace === namespace)
    if (!by) yield `${text} is required by ${name}, which is not there`
    else if (!by.spec.propagateDeps) yield `${text} is required by ${name}, which takes nothing along`
    else if (!isDeepStrictEqual(by.spec.clusters, clusters)) yield `${text} does not follow ${name}`
  }
}

function* bindingIsRight(given: Case, text: string, template: Template, found: Manifest): Generator<string, void> {
  const { model, sight } = given
  const binding = bindingOf(sight, found)
  const claim = claimOn(found)
  const rule = claim && model.policies.get(ruleText(claim))
  if (!rule) {
    if (binding && claimKeys(binding) > 0) yield `${text} is free, its binding is claimed`
    return
  }
  const { isLazy } = rule.said
  if (!binding) return isLazy ? undefined : yield `${text} has no binding`
  const isOfPolicy = idOn(binding) === idOn(found) && isDeepStrictEqual(claimOn(binding), claim)
  if (!isOfPolicy && !(isLazy && claimKeys(binding) === 0)) yield `${text} has a binding of another policy`
  if (isLazy) return // it waits for the next edit
  const { spec } = binding
  const { said } = rule
  const policy = sight.policies.find(({ metadata }) => ruleText(metadata) === ruleText(rule))
  if (!isDeepStrictEqual(spec.placement, policy?.spec.placement))
    yield `${text} has placement ${JSON.stringify(spec.placement)}, not ${JSON.stringify(policy?.spec.placement)}`
  if ((spec.propagateDeps ?? false) !== said.dependencies) yield `${text} has other dependencies`
  if ((spec.preserveResourcesOnDeletion ?? false) !== said.preserves) yield `${text} is not preserved as said`
  if ((spec.suspension?.dispatching ?? false) !== said.isSuspended) yield `${text} is not suspended as said`
  if (spec.conflictResolution !== (said.overwrites ? 'Overwrite' : 'Abort')) yield `${text} resolves other conflicts`
  yield* placementIsRight(given, text, template, said, binding)
  if (said.dependencies) yield* dependenciesAreRight(given, text, template, binding)
}

function* dependenciesAreRight({ sight }: Case, text: string, { place, said }: Template, binding: Binding) {
  if (place.kind !== 'Deployment' || !binding.spec.clusters?.length) return
  const needed = sight.templates.get(textOf({ ...place, kind: 'ConfigMap', name: said.app === 'x' ? 'a' : 'b' }))
  const attached = needed && bindingOf(sight, needed)
  if (needed && !attached?.spec.requiredBy?.some(({ name }) => name === binding.metadata.name))
    yield `${text} does not take its ConfigMap along`
}

/** Where a template goes. Clusters that were left out later may keep what they have; new ones may not get it. */
function* placementIsRight(
  { model, sight }: Case,
  text: string,
  template: Template,
  said: PolicySaid,
  { spec: { clusters = [] }, status }: Binding,
) {
  const { kind } = template.place
  const serves = (name: string) =>
    kind !== 'Widget' || sight.members.get(name)?.has('CustomResourceDefinition widgets.example.com')
  const meant = [...model.clusters].filter(([name, cluster]) => means(said, name, cluster)).map(([name]) => name)
  const open = meant.filter((name) => {
    const taints = sight.clusters.find(({ metadata }) => metadata.name === name)?.spec.taints ?? []
    return !model.clusters.get(name)?.isCordoned && taints.length === 0 && serves(name)
  })
  for (const { name } of clusters)
    if (!meant.includes(name)) yield `${text} goes to ${name}, where it is not meant to be`
  if (open.length === 0) return
  if (!isTrue(status?.conditions, 'Scheduled'))
    yield `${text} is not scheduled: ${findCondition(status?.conditions, 'Scheduled')?.message}`
  const isDivided = (kind === 'Deployment' || kind === 'Job') && (said.how === 'weighted' || said.how === 'aggregated')
  const replicas = kind === 'Deployment' ? template.said.replicas : 1
  if (isDivided) {
    const sum = clusters.reduce((total, target) => total + (target.replicas ?? 0), 0)
    if (replicas > 0 && sum !== replicas) yield `${text} has ${sum} replicas of ${replicas}`
    return
  }
  for (const name of open) if (!clusters.some((target) => target.name === name)) yield `${text} does not go to ${name}`
  if (kind !== 'Deployment') return
  for (const target of clusters) {
    const given = target.replicas ?? replicas
    if (given !== replicas) yield `${text} has ${given} replicas in ${target.name}, not ${replicas}`
  }
}

const clusterOf = ({ metadata }: Work): string => clusterOfNamespace(metadata.namespace) ?? ''

const worksOf = ({ works }: Sight, { metadata }: Binding): readonly Work[] => {
  const key = metadata.namespace ? label.bindingId : label.clusterBindingId
  return works.filter((work) => work.metadata.labels?.[key] === metadata.labels?.[key])
}

/** Each target of a binding has a Work, and there are no other Works. */
function* worksAreRight({ sight, isUp }: Case) {
  const known = new Set<Work>()
  for (const binding of sight.bindings) {
    const text = `${binding.kind} ${ruleText(binding.metadata)}`
    const works = worksOf(sight, binding)
    const targets = targetsOf(binding)
    const there = new Set(works.map(({ metadata }) => clusterOfNamespace(metadata.namespace) ?? ''))
    for (const work of works) {
      known.add(work)
      const cluster = clusterOf(work)
      if (!targets.has(cluster) && isUp(cluster)) yield `${text} has a Work in ${cluster}`
    }
    for (const name of targets.keys()) if (!there.has(name) && isUp(name)) yield `${text} has no Work in ${name}`
    yield* isSummedUp(binding, works, targets, text)
  }
  for (const work of sight.works) {
    const { namespace, name } = work.metadata
    if (!known.has(work) && isUp(clusterOfNamespace(namespace) ?? '') && !isOfNamespace(sight, work))
      yield `Work ${namespace}/${name} is nobody's`
  }
}

/** Whether a Work is the copy of a namespace that is there. */
const isOfNamespace = ({ namespaces }: Sight, { spec }: Work): boolean => {
  const [manifest, ...more] = spec.workload?.manifests ?? []
  return (
    more.length === 0 &&
    manifest?.kind === 'Namespace' &&
    namespaces.some(({ metadata }) => metadata.name === manifest.metadata.name)
  )
}

/** What a binding says of its Works is what they say. */
function* isSummedUp(
  { metadata, status, spec }: Binding,
  works: readonly Work[],
  targets: ReadonlyMap<string, unknown>,
  text: string,
) {
  if (spec.suspension?.dispatching) return
  const applied = works.filter(
    (work) => targets.has(clusterOf(work)) && isTrue(work.status?.conditions, 'Applied'),
  ).length
  const isFull = targets.size > 0 && applied === targets.size
  const condition = findCondition(status?.conditions, 'FullyApplied')
  if (isFull && condition?.status !== 'True') yield `${text} is not said to be fully applied: ${condition?.message}`
  if (!isFull && condition?.status === 'True') yield `${text} is said to be fully applied`
  const items = (status?.aggregatedStatus ?? []).map(({ clusterName }) => clusterName).sort()
  const wanted = works
    .filter((work) => !work.metadata.deletionTimestamp)
    .map((work) => clusterOfNamespace(work.metadata.namespace))
  if (JSON.stringify(items) !== JSON.stringify(wanted.sort())) yield `${text} sums up ${items}, not ${wanted}`
  const isPlaced = idOn({ metadata } as Manifest) !== undefined && isTrue(status?.conditions, 'Scheduled')
  if (isPlaced && status?.schedulerObservedGeneration !== metadata.generation) yield `${text} was not scheduled anew`
}

const readyOf = (object: Manifest | undefined): number =>
  (object?.status as { readonly readyReplicas?: number } | undefined)?.readyReplicas ?? 0

/** A Deployment shows what its copies show. */
function* statusesAreRight({ sight, isUp }: Case) {
  for (const [text, template] of sight.templates) {
    const binding = template.kind === 'Deployment' ? bindingOf(sight, template) : undefined
    const names = [...(binding ? targetsOf(binding).keys() : [])]
    if (!binding || binding.spec.suspension?.dispatching || !names.every(isUp)) continue
    const copies = names.map((name) => sight.members.get(name)?.get(text))
    const sum = copies.reduce((total, copy) => total + (copy && isManaged(copy) ? readyOf(copy) : 0), 0)
    if (readyOf(template) !== sum) yield `${text} shows ${readyOf(template)} ready replicas of ${sum}`
  }
}

/** Members hold what Works say, as users said it, and nothing more of ours. */
function* membersAreRight(given: Case) {
  const { model, sight, isUp } = given
  for (const [cluster, shelf] of sight.members) {
    if (!isUp(cluster)) continue
    const works = sight.works.filter(({ metadata }) => metadata.namespace === executionNamespace(cluster))
    const expected = new Map(works.flatMap((work) => (work.spec.workload?.manifests ?? []).map((each) => [textOf(placeIn(each)), work] as const))) // biome-ignore format: one thought
    for (const [text, object] of shelf) {
      const marks = [...ourKeys(object.metadata.labels), ...ourKeys(object.metadata.annotations)]
      if (isManaged(object) && !expected.has(text) && !model.abandoned.has(cluster))
        yield `${cluster} holds ${text}, which is nobody's`
      if (!isManaged(object) && marks.length > 0) yield `${cluster} has let go of ${text} with ${marks} on it`
    }
    for (const [text, work] of expected) yield* memberIsRight(given, cluster, shelf, text, work)
  }
}

const placeIn = ({ kind, metadata: { namespace, name } }: Manifest) => ({ kind, name, ...(namespace && { namespace }) })

function* memberIsRight(given: Case, cluster: string, shelf: Shelf, text: string, work: Work): Generator<string, void> {
  const { model, sight } = given
  const template = model.templates.get(text)
  const found = sight.templates.get(text)
  const object = shelf.get(text)
  if (!template || !found || work.spec.suspendDispatching) return // told of elsewhere
  const condition = findCondition(work.status?.conditions, 'Applied')
  const isApplied = condition?.status === 'True'
  const binding = bindingOf(sight, found)
  if (!object) return yield `${cluster} does not hold ${text}: ${condition?.message}`
  if (!isManaged(object)) {
    if (isApplied) yield `${cluster} has its own ${text}, and that is said to be applied`
    if (binding?.spec.conflictResolution === 'Overwrite')
      yield `${cluster} keeps its own ${text}: ${condition?.message}`
    return
  }
  if (!isApplied) yield `${cluster} holds ${text}, and that is not said: ${condition?.message}`
  if (object.metadata.annotations?.[annotation.workName] !== workName(found))
    yield `${text} in ${cluster} has another Work`
  const isClaimed = binding && claimKeys(binding) > 0
  if (!isClaimed && !binding?.spec.requiredBy?.length) return // what is left of a policy stays as it was
  yield* contentIsRight(given, cluster, text, template, object, binding)
}

function* contentIsRight(
  { model }: Case,
  cluster: string,
  text: string,
  { place, said }: Template,
  object: Manifest,
  binding: Binding | undefined,
) {
  const { labels = {}, annotations = {} } = object.metadata
  if (annotations.revision !== String(said.revision))
    yield `${text} in ${cluster} has revision ${annotations.revision}, not ${said.revision}`
  if (labels.app !== said.app) yield `${text} in ${cluster} has label app=${labels.app}`
  const overrides = [...model.overrides.values()].filter(
    (rule) =>
      rule.said.kind === place.kind &&
      rule.said.clusters.includes(cluster) &&
      (rule.namespace === undefined || rule.namespace === place.namespace),
  )
  const expected = Object.fromEntries(overrides.map((rule) => [`over-${rule.name}`, rule.said.value]))
  const actual = Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith('over-')))
  if (!isSame(expected, actual))
    yield `${text} in ${cluster} has ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`
  if (place.kind !== 'Deployment') return
  const spec = object.spec as { replicas?: number; template: { spec: { containers: { image: string }[] } } }
  const replicas = targetsOf(binding as Binding).get(cluster) ?? said.replicas
  if (spec.replicas !== replicas) yield `${text} in ${cluster} has ${spec.replicas} replicas, not ${replicas}`
  const tags = overrides.filter((rule) => rule.said.images).map((rule) => rule.said.value)
  const tag = spec.template.spec.containers[0]?.image.split(':')[1] ?? ''
  if (!(tags.length > 0 ? tags : [`r${said.revision}`]).includes(tag)) yield `${text} in ${cluster} runs ${tag}`
}

const isSame = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())

/** What was a member's own is as it was, unless somebody was allowed to take it over. */
function* nativesAreLeft({ model, sight }: Case) {
  for (const [at, uid] of model.natives) {
    const [cluster = '', text = ''] = at.split('|')
    const object = sight.members.get(cluster)?.get(text)
    const isThere = object?.metadata.uid === uid
    const isEmptied = [...model.emptied].some((namespace) => text.includes(` ${namespace} `))
    if (!model.mayOverwrite && !isThere && !isEmptied) yield `${cluster} has lost its own ${text}`
    if (!model.mayOverwrite && object && isManaged(object)) yield `${cluster}'s own ${text} was taken over`
  }
}

/** Clusters are those that users joined, each with its namespace. */
function* clustersAreRight({ model, sight, isUp }: Case) {
  for (const { metadata, status } of sight.clusters) {
    if (isTrue(status?.conditions, 'Ready') !== isUp(metadata.name))
      yield `cluster ${metadata.name} is ${isUp(metadata.name) ? 'up' : 'down'}, and not said to be`
    if (!model.clusters.has(metadata.name)) {
      const works = sight.works.filter((work) => clusterOf(work) === metadata.name)
      const bindings = sight.bindings.filter(({ spec }) => spec.clusters?.some(({ name }) => name === metadata.name))
      const held = [...works, ...bindings].map((each) => each.metadata.name)
      yield `cluster ${metadata.name} is there, deleted as it is, with ${held}`
    }
    if (JSON.stringify(metadata.finalizers) !== JSON.stringify([finalizer.cluster]))
      yield `cluster ${metadata.name} has finalizers ${metadata.finalizers}`
  }
  const spaces = new Set(sight.namespaces.map(({ metadata }) => metadata.name))
  for (const name of model.clusters.keys()) if (!spaces.has(executionNamespace(name))) yield `${name} has no namespace`
  for (const name of spaces) {
    const cluster = clusterOfNamespace(name)
    if (cluster && !model.clusters.has(cluster)) yield `namespace ${name} is there without its cluster`
  }
}

const laws: readonly Law[] = [
  templatesAreThere,
  policiesAreThere,
  claimsAreRight,
  bindingsAreRight,
  worksAreRight,
  membersAreRight,
  statusesAreRight,
  nativesAreLeft,
  clustersAreRight,
  ({ model, sight: { shop }, isUp }) => shopLaws({ model, shop, isUp }),
]

/** What is not as it should be, a sentence each. */
export const broken = (given: Case): readonly string[] => laws.flatMap((law) => [...law(given)])
