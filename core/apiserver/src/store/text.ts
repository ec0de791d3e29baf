/** How much text one generation holds, in characters. Two generations are kept. */
const generationSize = 4 * 1024 * 1024

let young = new WeakMap<object, string>()
let old = new WeakMap<object, string>()
let size = 0

const keep = (object: object, text: string): void => {
  if (size > generationSize) {
    old = young
    young = new WeakMap()
    size = 0
  }
  young.set(object, text)
  size += text.length
}

/**
 * A frozen object as JSON. Storage, answers and watches of one write ask for the same text within moments: it is made
 * once and kept while it is in use, within bounds.
 */
export const textOf = (object: object): string => {
  const found = young.get(object)
  if (found !== undefined) return found
  const text = old.get(object) ?? JSON.stringify(object)
  keep(object, text)
  return text
}

/** The same for who asks about more than can be kept: what he takes does not push out what others will ask for. */
export const textOnce = (object: object): string => young.get(object) ?? old.get(object) ?? JSON.stringify(object)
