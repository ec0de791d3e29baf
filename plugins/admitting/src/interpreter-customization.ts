import {
  apiVersion,
  type CustomizationRules,
  checks,
  definePlugin,
  Field,
  FlotillaError,
  type Host,
  type Index,
  kindText,
  named,
  type Problems,
  present,
  type ResourceInterpreterCustomization,
  resourceInterpreterCustomizationKind,
  type StatusCause,
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

/** The scripts that were not there before, as they are now. */
function newScripts({ manifest, before }: Write<Customization>): readonly Field<string>[] {
  const script = (object: Customization | undefined, rule: Rule) =>
    new Field('', object).at('spec').at('customizations').at(rule).at('luaScript')
  return rules.flatMap((rule) => {
    const { path, value } = script(manifest, rule)
    return typeof value === 'string' && value !== script(before, rule).value ? [new Field(path, value)] : []
  })
}

/** A script that cannot be compiled, with the line where; that it cannot be tried now is not its fault. */
async function wrongScript({ sandboxes }: Host, { path, value }: Field<string>): Promise<readonly StatusCause[]> {
  try {
    const sandbox = await sandboxes.open({ name: 'it', runtime: 'lua', code: value })
    sandbox.close()
  } catch (cause) {
    if (cause instanceof FlotillaError && cause.code === 'SANDBOX_PROGRAM')
      return [new Field(path, lineOf(value, cause.message)).invalid(cause.message)]
  }
  return []
}

/** The line of a script that a message is about; the script where it names none. */
function lineOf(script: string, message: string): string {
  const [, line] = /line (\d+)/.exec(message) ?? []
  return script.split('\n')[Number(line) - 1]?.trim() ?? script
}

const wrongScripts = async (host: Host, write: Write<Customization>): Promise<Problems> =>
  (await Promise.all(newScripts(write).map((script) => wrongScript(host, script)))).flat()

export const interpreterCustomization = definePlugin({
  name: 'interpreter-customization-admission',
  extensions: (host) => {
    const store = host.store(resourceInterpreterCustomizationKind)
    return [
      checks([resourceInterpreterCustomizationKind], (write) => {
        const { value } = new Field('', write.manifest).at('spec').at('target')
        const problems = [...customizationProblems(write, value ? store.by(byTarget, kindText(value)) : [])]
        return problems.length > 0 ? problems : wrongScripts(host, write)
      }),
    ]
  },
})
