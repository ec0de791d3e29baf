import { stringify } from 'yaml'

/** The answer as it was asked for: for a machine whole, for a person as `text` says it. */
export function answer(
  kind:
    | 'Plan'
    | 'Diff'
    | 'Explanation'
    | 'Simulation'
    | 'QuotaReport'
    | 'Interpretation'
    | 'InterpretTest'
    | 'PluginBench'
    | 'PluginInspection'
    | 'PluginList',
  found: object,
  { output }: { readonly output?: string },
  text: () => string,
): string {
  const whole = { apiVersion: 'cli.flotilla.dev/v1alpha1', kind, ...found }
  if (output === 'json') return JSON.stringify(whole, undefined, 2)
  return output === 'yaml' ? stringify(whole, { aliasDuplicateObjects: false }).trimEnd() : text()
}
