import { deepFreeze, type Toleration } from '@flotilla/sdk'
import type { PodSpec } from '../builtin/pod-spec.ts'
import type { Step } from './by-resource.ts'

const effect = 'NoExecute'

/** The same for all Pods. */
const usual = (tolerationSeconds: number): readonly Toleration[] =>
  deepFreeze(
    ['not-ready', 'unreachable'].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: 'Exists' as const,
      effect,
      tolerationSeconds,
    })),
  )

const covers = ({ key, effect: found }: Toleration, wanted: Toleration): boolean =>
  (!key || key === wanted.key) && (!found || found === effect)

/** A Pod that does not say how long it stays on a machine that nobody hears of stays for so many seconds. */
export const tolerations = (seconds: number): Step => {
  const wanted = usual(seconds)
  return ({ operation, manifest }) => {
    if (operation === 'DELETE') return manifest
    const spec = manifest.spec as PodSpec // by its schema
    const own = spec.tolerations ?? []
    const added = wanted.filter((each) => !own.some((found) => covers(found, each)))
    if (added.length === 0) return manifest
    const all = own.length === 0 ? wanted : [...own, ...added]
    return { ...manifest, spec: { ...spec, tolerations: all } }
  }
}
