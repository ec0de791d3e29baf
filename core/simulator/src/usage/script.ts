import { type Manifest, parseQuantity } from '@flotilla/sdk'

/** What is measured. */
export const resources = ['cpu', 'memory'] as const
export type Resource = (typeof resources)[number]

const prefix = 'simulator.flotilla.dev/'

/** How much is used: a share of what containers ask for, or so much by each pod, or by all pods of a workload together; in thousandths. */
export type Script = { readonly share: number } | { readonly each: number } | { readonly together: number }

function amountOf(text: string): number | undefined {
  try {
    const amount = Number(parseQuantity(text))
    return amount >= 0 && Number.isSafeInteger(amount) ? amount : undefined
  } catch {
    return undefined
  }
}

function shareOf(text: string): number | undefined {
  const [, percent] = /^(\d{1,6}(?:\.\d{1,6})?)%$/.exec(text) ?? []
  return percent === undefined ? undefined : Number(percent) / 100
}

function scriptIn({ metadata: { annotations } }: Manifest, resource: Resource): Script | undefined {
  const each = annotations?.[prefix + resource]
  const together = annotations?.[`${prefix}total-${resource}`]
  const sum = together === undefined ? undefined : amountOf(together)
  if (sum !== undefined) return { together: sum }
  const share = each === undefined ? undefined : shareOf(each)
  if (share !== undefined) return { share }
  const amount = each === undefined ? undefined : amountOf(each)
  return amount === undefined ? undefined : { each: amount }
}

const usual: Script = { share: 0.5 }

/** What the first says that says something that can be read; else half of what is asked for. */
export function scriptOf(objects: readonly Manifest[], resource: Resource): Script {
  for (const object of objects) {
    const script = scriptIn(object, resource)
    if (script) return script
  }
  return usual
}
