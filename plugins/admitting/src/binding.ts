import {
  annotation,
  type Binding,
  between,
  checks,
  clusterResourceBindingKind,
  definePlugin,
  Field,
  label,
  mutates,
  type Problems,
  present,
  resourceBindingKind,
  unique,
  type Write,
  withPermanentId,
} from '@flotilla/sdk'

const kinds = [resourceBindingKind, clusterResourceBindingKind]

/** A binding with the id by which everything made from it names it. */
export const completeBinding = (write: Write<Binding>): Binding =>
  withPermanentId(write, write.manifest.metadata.namespace ? label.bindingId : label.clusterBindingId)

const isList = (text: string): boolean => {
  try {
    return Array.isArray(JSON.parse(text))
  } catch {
    return false
  }
}

const most = 2 ** 31 - 1

/** Fewer than none, or parts of one, cannot be given to anyone. */
const replicasProblems = (field: Field<{ readonly replicas?: number }>): Problems =>
  between(field.at('replicas'), 0, most)

/** What a binding says that no stage could read. */
export function* bindingProblems({ manifest }: Write<Binding>): Problems {
  const path = `metadata.annotations[${annotation.dependencies}]`
  const dependencies = new Field(path, manifest.metadata.annotations?.[annotation.dependencies])
  if (dependencies.value !== undefined && !isList(dependencies.value))
    yield dependencies.invalid('must be a list in JSON')
  const spec = new Field('', manifest).at('spec')
  const components = spec.at('components').items()
  for (const component of components) yield* present(component.at('name'))
  for (const each of [spec, ...components, ...spec.at('clusters').items()]) yield* replicasProblems(each)
  yield* unique(components.map((component) => component.at('name')))
}

export const binding = definePlugin({
  name: 'binding-admission',
  extensions: () => [mutates(kinds, completeBinding), checks(kinds, bindingProblems)],
})
