import {
  type Ask,
  annotation,
  type Binding,
  type BindingSpec,
  type Change,
  deepEqual,
  errors,
  type Index,
  interpret,
  type Key,
  keyText,
  label,
  type Manifest,
  matchesLabels,
  type Reference,
  resourceBindingKind,
  type StringMap,
  safeHash,
  type TargetCluster,
} from '@flotilla/sdk'
import { referenceText, referenceTo, type Templates } from '../../manifest/templates.ts'
import { compact, referTo } from './bind.ts'
import { dependenciesRecorded, isIn } from './condition.ts'

/** The label by which an attached binding says that another one depends on it. */
export const dependedBy = (by: Key): string => `${label.dependedByPrefix}${safeHash(keyText(by))}`

const isDependency = (value: unknown): value is interpret.Dependency =>
  typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value

const known = new WeakMap<Binding, readonly interpret.Dependency[]>()

/** The dependencies as last recorded on a binding. What is not readable is none: it is recorded again. */
export function recorded(binding: Binding): readonly interpret.Dependency[] {
  const found = known.get(binding) ?? parsed(binding.metadata.annotations?.[annotation.dependencies])
  known.set(binding, found) // a binding with a thousand is asked a thousand times
  return found
}

function parsed(text: string | undefined): readonly interpret.Dependency[] {
  if (text === undefined) return []
  try {
    const found: unknown = JSON.parse(text)
    return Array.isArray(found) ? found.filter(isDependency) : []
  } catch {
    return []
  }
}

/** Whether a binding takes its dependencies along. */
const takesAlong = ({ metadata, spec }: Binding): boolean =>
  spec.propagateDeps === true && metadata.deletionTimestamp === undefined

/** What a template cannot run without, in the template's own namespace; nothing unless its binding takes it along. */
export async function dependenciesOf(
  ask: Ask,
  binding: Binding,
  template: Manifest,
): Promise<readonly interpret.Dependency[]> {
  if (!takesAlong(binding)) return []
  const { namespace } = binding.metadata
  const found = (await ask(interpret.dependencies, { manifest: template })) ?? []
  for (const each of found) check(each)
  return found.filter((dependency) => (dependency.namespace ?? namespace) === namespace)
}

/** What was found as it is recorded; undefined for nothing. */
export const recordOf = (found: readonly interpret.Dependency[]): string | undefined =>
  found.length > 0 ? JSON.stringify(found) : undefined

/** More than this many characters are recorded in a write of their own, so that only that one fails when they are too many. */
const mostAlong = 16_384

/**
 * A new binding that says from the start what its template needs: that is one write less. What is not said here, because nobody
 * knows yet or because it is much, is recorded once the binding is there.
 */
export async function withNeeds(ask: Ask, binding: Binding, template: Manifest): Promise<Binding> {
  if (!binding.metadata.namespace) return binding // what is of no namespace takes nothing along
  const text = recordOf(await dependenciesOf(ask, binding, template).catch(() => []))
  if (text === undefined || text.length > mostAlong) return binding
  const { metadata } = binding
  return {
    ...binding,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotation.dependencies]: text } },
  }
}

/** Whoever answers with what names nothing would have it recorded, and nothing would come of it. */
function check(dependency: interpret.Dependency): void {
  const { apiVersion, kind, name, labelSelector } = dependency
  if (!apiVersion || !kind || !(name || labelSelector)) throw errors.DEPENDENCY_INVALID(JSON.stringify(dependency))
}

const address = ({ apiVersion, kind }: { apiVersion: string; kind: string }, namespace = '', name = ''): string =>
  [apiVersion, kind, namespace, name].join('|')

/** Bindings by what they depend on: by name, or by kind and namespace where a selector says which. */
const dependencyIndex: Index<Binding> = {
  name: 'dependencies',
  values: (binding) => recorded(binding).map((each) => address(each, binding.metadata.namespace, each.name)),
}

/** Whether a dependency is on an object of its kind and namespace. */
export const isOn = ({ name, labelSelector }: interpret.Dependency, { metadata }: Manifest): boolean =>
  name ? name === metadata.name : labelSelector !== undefined && matchesLabels(labelSelector, metadata.labels)

/** Whether a binding has, or should have, its dependencies recorded. */
export const concernsDependencies = (binding: Binding | undefined): boolean =>
  binding !== undefined &&
  (binding.spec.propagateDeps === true ||
    binding.metadata.annotations?.[annotation.dependencies] !== undefined ||
    isIn(dependenciesRecorded, binding))

/** The objects that a binding needed before a change, or needs after it. */
export function neededBy(templates: Pick<Templates, 'of'>, { before, after }: Change<Binding>): readonly Reference[] {
  const needed = [before, after].flatMap((binding) =>
    binding ? recorded(binding).flatMap((each) => named(templates, each, binding.metadata.namespace)) : [],
  )
  return [...new Map(needed.map((at) => [referenceText(at), at])).values()]
}

function named(
  templates: Pick<Templates, 'of'>,
  dependency: interpret.Dependency,
  namespace: string | undefined,
): readonly Reference[] {
  const { apiVersion, kind, name } = dependency
  if (name) return [{ apiVersion, kind, namespace, name }]
  const near = templates.of(dependency)?.list(namespace) ?? []
  return near.filter((object) => isOn(dependency, object)).map(referenceTo)
}

type Bindings = { by(index: Index<Binding>, value: string): readonly Binding[] }

/** The bindings that depend on an object by its name, and those that might by its labels. */
function near(bindings: Bindings, { apiVersion, kind, metadata: { namespace, name } }: Manifest) {
  const at = { apiVersion, kind }
  return {
    byName: bindings.by(dependencyIndex, address(at, namespace, name)),
    byLabels: bindings.by(dependencyIndex, address(at, namespace)),
  }
}

/** How many bindings may depend on an object. */
export function countDependents(bindings: Bindings, object: Manifest): number {
  const { byName, byLabels } = near(bindings, object)
  return byName.length + byLabels.length
}

/** Where a binding needs its dependencies: where it is to run, and where it still does until its eviction is over. */
function placesOf({ spec: { clusters = [], gracefulEvictionTasks = [] } }: Binding): readonly TargetCluster[] {
  const left = gracefulEvictionTasks
    .filter(({ purgeMode }) => purgeMode !== 'Directly')
    .map(({ fromCluster: name }) => ({ name }))
  return [...clusters, ...left.filter(({ name }) => !clusters.some((target) => target.name === name))]
}

/** The scheduled bindings that depend on an object now, by name. */
export function referrers(bindings: Bindings, object: Manifest): readonly Binding[] {
  const { byName, byLabels } = near(bindings, object)
  const chooses = (binding: Binding) =>
    recorded(binding).some(
      (each) => each.kind === object.kind && each.apiVersion === object.apiVersion && isOn(each, object),
    )
  return [...new Set([...byName, ...byLabels.filter(chooses)])]
    .filter((binding) => takesAlong(binding) && placesOf(binding).length > 0)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

/** Those of some bindings whose say an attached binding did not have before, or had otherwise. */
export function heardAnew(by: readonly Binding[], before: Binding | undefined): readonly Binding[] {
  const known = new Map(before?.spec.requiredBy?.map((each) => [each.name, each]))
  return by.filter((binding) => !deepEqual(snapshot(binding), known.get(binding.metadata.name)))
}

const withoutDependedBy = (labels: StringMap = {}): StringMap =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(label.dependedByPrefix)))

const labelsFor = (by: readonly Binding[]): StringMap =>
  Object.fromEntries(by.map(({ metadata }) => [dependedBy(metadata), metadata.labels?.[label.bindingId] ?? '']))

const snapshot = (binding: Binding) => {
  const { namespace, name } = binding.metadata
  return compact({ namespace, name, clusters: placesOf(binding) })
}

/** What referrers disagree about, in the words of Karmada's event; empty when they agree. */
export function disagreements(by: readonly Binding[]): readonly string[] {
  const differ = (says: (spec: BindingSpec) => boolean) => new Set(by.map(({ spec }) => says(spec))).size > 1
  return [
    ...(differ(overwrites) ? ['ConflictResolution conflicted (Overwrite vs Abort)'] : []),
    ...(differ(preserves) ? ['PreserveResourcesOnDeletion conflicted (true vs false)'] : []),
  ]
}

const overwrites = ({ conflictResolution }: BindingSpec): boolean => conflictResolution === 'Overwrite'
const preserves = ({ preserveResourcesOnDeletion }: BindingSpec): boolean => preserveResourcesOnDeletion === true

/** How an attached binding without a policy of its own behaves: as the boldest of those who need it. */
function behaviour(by: readonly Binding[]): Pick<BindingSpec, 'conflictResolution' | 'preserveResourcesOnDeletion'> {
  if (by.length === 0) return { conflictResolution: undefined, preserveResourcesOnDeletion: undefined }
  return {
    conflictResolution: by.some(({ spec }) => overwrites(spec)) ? 'Overwrite' : 'Abort',
    preserveResourcesOnDeletion: by.some(({ spec }) => preserves(spec)) || undefined,
  }
}

/** Whether an attached binding has lost its reason to be: nobody needs its object, and no policy selects it. */
export const isLeftover = ({ spec }: Binding): boolean => spec.placement === undefined && !spec.requiredBy?.length

/** The binding that should exist for an object others depend on; undefined when there is none and nobody does. */
export function attach(object: Manifest, existing: Binding | undefined, by: readonly Binding[]): Binding | undefined {
  if (by.length === 0 && !existing?.spec.requiredBy?.length) return existing
  const { metadata, resource } = referTo(object, existing)
  const { apiVersion, kind } = resourceBindingKind
  return {
    ...existing,
    apiVersion,
    kind,
    metadata: { ...metadata, labels: { ...withoutDependedBy(metadata.labels), ...labelsFor(by) } },
    spec: compact({
      ...existing?.spec,
      ...(existing?.spec.placement ? {} : behaviour(by)),
      resource,
      requiredBy: by.length > 0 ? by.map(snapshot) : undefined,
    }),
  }
}
