import { expression } from '@flotilla/cel'
import {
  type CommandOverrider,
  chosen,
  type EmbeddedPatch,
  type Field,
  type FieldOverrider,
  type Format,
  type ImageOverrider,
  jsonPointer,
  labelKey,
  labelValue,
  type MapOverrider,
  named,
  type Overriders,
  overrideVariables,
  type PlaintextOverrider,
  type Problems,
  present,
  written,
} from '@flotilla/sdk'

const operators = ['add', 'remove', 'replace']

const like =
  (pattern: RegExp, must: string): Format =>
  (text) =>
    pattern.test(text) ? undefined : must

type Valued = { readonly value?: unknown; readonly cel?: string }

/** Whether it has a value or an expression of one; null is no value unless it may be anything. */
const isGiven = ({ value, cel }: Valued): boolean => (value !== undefined && value !== null) || cel !== undefined

/** A value is written down or computed, not both. */
function* celProblems(overrider: Field<Valued>): Problems {
  const cel = overrider.at('cel')
  if (cel.value === undefined) return
  if (isGiven({ value: overrider.value.value })) yield cel.forbidden('cannot stand beside value')
  yield* named(cel, expression(overrideVariables))
}

/** The same where nothing is needed to remove. */
function* celProblemsOf(overrider: Field<Valued>, operator: unknown): Problems {
  yield* celProblems(overrider)
  if (operator === 'remove' && overrider.value.cel !== undefined) yield overrider.at('cel').forbidden('remove has none')
}

type Component = ImageOverrider['component']

/** What a part of an image's name may be replaced with. A registry may come with a path: mirrors are often set up so. */
const wholeParts: Readonly<Record<Component, Format>> = {
  Registry: like(
    /^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
    'must be a registry, such as "registry.example.com:5000"',
  ),
  Repository: like(
    /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
    'must be a repository, such as "library/nginx": lower case, and no tag',
  ),
  Tag: like(
    /^(\w[\w.-]{0,127}|@?[A-Za-z][\w.+-]*:[0-9a-fA-F]{32,})$/,
    'must be a tag or a digest, such as "1.25" or "sha256:..."',
  ),
}

/** What may be put after a part of an image's name. */
const addedParts: Readonly<Record<Component, Format>> = {
  Registry: like(/^[-A-Za-z0-9.:/]+$/, 'must go on where a registry ends, such as ".example.com"'),
  Repository: like(/^[a-z0-9._/-]+$/, 'must go on where a repository ends, such as "/nginx": lower case, and no tag'),
  Tag: like(/^[\w.@:-]+$/, 'must go on where a tag ends, such as "-alpine"'),
}

function* imageProblems(overrider: Field<ImageOverrider>): Problems {
  const [component, operator, value] = [overrider.at('component'), overrider.at('operator'), overrider.at('value')]
  yield* chosen(component, ['Registry', 'Repository', 'Tag'])
  yield* chosen(operator, operators)
  if (overrider.value.predicate) yield* named(overrider.at('predicate').at('path'), jsonPointer)
  yield* celProblemsOf(overrider, operator.value)
  if (operator.value === 'remove' || overrider.value.cel !== undefined) return
  yield* present(value, 'add and replace need one')
  const format = (operator.value === 'add' ? addedParts : wholeParts)[component.value]
  if (format) yield* written(value, format)
}

function* commandProblems(overrider: Field<CommandOverrider>): Problems {
  yield* present(overrider.at('containerName'))
  yield* chosen(overrider.at('operator'), ['add', 'remove'])
  yield* celProblems(overrider)
  const { cel, value } = overrider.value
  if (cel === undefined && value === undefined) yield overrider.at('value').required('the words to add or remove')
}

/** `values`: how they are written, where that is restricted. */
function* mapProblems(overrider: Field<MapOverrider>, values?: Format): Problems {
  yield* chosen(overrider.at('operator'), operators)
  yield* celProblems(overrider)
  if (!isGiven(overrider.value)) yield overrider.at('value').required()
  for (const [key, value] of overrider.at('value').entries()) {
    yield* named(key, labelKey)
    if (values) yield* written(value, values)
  }
}

type Patch = EmbeddedPatch | PlaintextOverrider

/** `add` and `replace` have a value, be it null. */
function* patchProblems(patch: Field<Patch>, path: Field<string>): Problems {
  const operator = patch.at('operator')
  yield* named(path, jsonPointer)
  yield* chosen(operator, operators)
  yield* celProblemsOf(patch, operator.value)
  const gives = operator.value === 'add' || operator.value === 'replace'
  const isMissing = patch.value.value === undefined && patch.value.cel === undefined
  if (gives && isMissing) yield patch.at('value').required('add and replace need one')
}

function* embeddedProblems(patch: Field<EmbeddedPatch>): Problems {
  const { operator, value } = patch.value
  yield* patchProblems(patch, patch.at('subPath'))
  if (operator === 'remove' && value !== undefined) yield patch.at('value').forbidden('remove has none')
}

function* fieldProblems(overrider: Field<FieldOverrider>): Problems {
  const patches = [overrider.at('json'), overrider.at('yaml')]
  const [json = [], yaml = []] = patches.map((list) => list.items())
  yield* named(overrider.at('fieldPath'), jsonPointer)
  if (json.length > 0 === yaml.length > 0) yield overrider.invalid('must have either json or yaml')
  for (const patch of [...json, ...yaml]) yield* embeddedProblems(patch)
}

/** Overriders that would fail on every object, or say nothing. */
export function* overridersProblems(overriders: Field<Overriders | undefined>): Problems {
  for (const each of overriders.at('imageOverrider').items()) yield* imageProblems(each)
  for (const each of overriders.at('commandOverrider').items()) yield* commandProblems(each)
  for (const each of overriders.at('argsOverrider').items()) yield* commandProblems(each)
  for (const each of overriders.at('labelsOverrider').items()) yield* mapProblems(each, labelValue)
  for (const each of overriders.at('annotationsOverrider').items()) yield* mapProblems(each)
  for (const each of overriders.at('fieldOverrider').items()) yield* fieldProblems(each)
  for (const each of overriders.at('plaintext').items()) yield* patchProblems(each, each.at('path'))
}
