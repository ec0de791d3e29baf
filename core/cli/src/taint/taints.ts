import type { Taint } from '@flotilla/sdk'
import { isOf, type Named, type Wish } from './wish.ts'

const shown = ({ key, effect }: Named): string => (effect ? `${key}:${effect}` : key)

/** The taints a cluster is to have. Throws why not: what is to go has to be there, what is to come must not. */
export function taintsAfter(taints: readonly Taint[], { added, removed }: Wish, overwrite: boolean): readonly Taint[] {
  const missing = removed.find((named) => !taints.some(isOf(named)))
  if (missing) throw new Error(`taint "${shown(missing)}" not found`)
  const taken = added.find((taint) => taints.some(isOf(taint)))
  if (taken && !overwrite) throw new Error(`it has ${shown(taken)} already: --overwrite gives it the value you say`)
  const stays = (taint: Taint) => ![...added, ...removed].some((named) => isOf(named)(taint))
  return [...added, ...taints.filter(stays)]
}

/** What was done, in kubectl's word. */
export function wordFor({ added, removed }: Wish): string {
  if (added.length > 0 && removed.length > 0) return 'modified'
  return added.length > 0 ? 'tainted' : 'untainted'
}
