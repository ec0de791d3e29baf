import type { Taint } from '@flotilla/sdk'

/** A taint as it is named: without an effect, all of that key are meant. */
export interface Named {
  readonly key: string
  readonly effect?: Taint['effect']
}

/** What is to become of a cluster's taints. */
export interface Wish {
  readonly added: readonly Taint[]
  readonly removed: readonly Named[]
}

const effects = ['NoSchedule', 'NoExecute'] as const

const isEffect = (text: string): text is (typeof effects)[number] => effects.some((effect) => effect === text)

const grammar = /^(?<key>[^=:\s]+?)(?:=(?<value>[^:]*))?(?::(?<effect>[^:]*?))?(?<removes>-)?$/

interface Said {
  readonly taint: Named & { readonly value?: string }
  readonly removes: boolean
}

function read(text: string): Said {
  const { key = '', value, effect, removes } = grammar.exec(text)?.groups ?? {}
  if (key === '') throw new Error(`"${text}" is no taint: it is KEY=VALUE:EFFECT, or KEY:EFFECT- and KEY- to remove it`)
  if (effect !== undefined && !isEffect(effect))
    throw new Error(`"${text}": the effect is ${effects.join(' or ')}, not ${effect || 'nothing'}`)
  const taint = { key, ...(value && { value }), ...(effect && { effect }) }
  return { taint, removes: removes !== undefined }
}

const isAdded = (said: Said): said is Said & { readonly taint: Taint } =>
  !said.removes && said.taint.effect !== undefined

export const isOf =
  ({ key, effect }: Named) =>
  (taint: Named): boolean =>
    taint.key === key && (effect === undefined || taint.effect === undefined || taint.effect === effect)

/** `key=value:NoSchedule key:NoExecute- key-`, as kubectl has it. Throws what is wrong with it. */
export function wishOf(texts: readonly string[]): Wish {
  const said = texts.map(read)
  const vague = said.findIndex((each) => !each.removes && each.taint.effect === undefined)
  if (vague >= 0) throw new Error(`"${texts[vague]}" has no effect: it is KEY=VALUE:EFFECT, or KEY- to remove it`)
  const added = said.filter(isAdded).map(({ taint }) => taint)
  const removed = said.filter(({ removes }) => removes).map(({ taint: { value, ...named } }) => named)
  const twice = added.find((taint, index) => added.findIndex(isOf(taint)) !== index)
  if (twice) throw new Error(`${twice.key}:${twice.effect} is named twice`)
  const both = added.find((taint) => removed.some(isOf(taint)))
  if (both) throw new Error(`${both.key}:${both.effect} cannot be added and removed at once`)
  return { added, removed }
}
