import {
  apiVersion,
  type CustomizationRules,
  checks,
  definePlugin,
  Field,
  type Index,
  kindText,
  named,
  type Problems,
  present,
  type ResourceInterpreterCustomization,
  resourceInterpreterCustomizationKind,
  type Write,
} from '@flotilla/sdk'

type Customization = ResourceInterpreterCustomization

const byTarget: Index<Customization> = {
  name: 'target of customization',
  values: ({ spec }) => [kindText(spec.target)],
}

type Rule = keyof CustomizationRules

const rules: readonly Rule[] = [
  'retention',
  'replicaResource',
  'componentResource',
  'replicaRevision',
  'statusReflection',
  'statusAggregation',
  'healthInterpretation',
  'dependencyInterpretation',
]

/** Dependencies that several customizations find are added up; anything else has one answer. */
const isShared = (rule: Rule): boolean => rule === 'dependencyInterpretation'

/** What a customization says that could not work. `others`: those of the same kind, which may be itself. */
export function* customizationProblems({ manifest }: Write<Customization>, others: readonly Customization[]): Problems {
  const spec = new Field('', manifest).at('spec')
  const target = spec.at('target')
  yield* named(target.at('apiVersion'), apiVersion)
  yield* present(target.at('kind'))
  for (const rule of rules) {
    const script = spec.at('customizations').at(rule)
    if (script.value === undefined) continue
    yield* present(script.at('luaScript'))
    const rival = others.find(
      ({ metadata, spec }) => metadata.name !== manifest.metadata.name && spec.customizations[rule] !== undefined,
    )
    if (rival && !isShared(rule)) {
      yield script.forbidden(`ResourceInterpreterCustomization ${rival.metadata.name} has it for this kind already`)
    }
  }
}

export const interpreterCustomization = definePlugin({
  name: 'interpreter-customization-admission',
  extensions: (host) => {
    const store = host.store(resourceInterpreterCustomizationKind)
    return [
      checks([resourceInterpreterCustomizationKind], (write) => {
        const { value } = new Field('', write.manifest).at('spec').at('target')
        return customizationProblems(write, value ? store.by(byTarget, kindText(value)) : [])
      }),
    ]
  },
})
