const marked = new WeakSet<object>()

/**
 * Freezes and marks what is asked about again and again: a list of clusters, what was said of all of them. What is made of it
 * is made once then.
 */
export function lasting<T extends object>(object: T): T {
  marked.add(object)
  return Object.freeze(object) as T // readonly or not
}

export const isLasting = (object: object): boolean => marked.has(object)

/** The same function, which works once for each pair of lasting objects, as long as both are there. What it makes is lasting, too. */
export function once<A extends object, B extends object, Made extends object>(
  make: (a: A, b: B) => Made,
): (a: A, b: B) => Made {
  const known = new WeakMap<A, WeakMap<B, Made>>()
  return (a, b) => {
    if (!isLasting(a) || !isLasting(b)) return make(a, b)
    const ofA = known.get(a) ?? new WeakMap<B, Made>()
    known.set(a, ofA)
    const made = ofA.get(b) ?? lasting(make(a, b))
    ofA.set(b, made)
    return made
  }
}

/** So many texts are remembered of one object. */
const mostTexts = 256

/** Remembers what was made of a lasting object by a text that says all else it depends on. */
export function remembered<Of extends object, Made>(): (of: Of, text: string, make: () => Made) => Made {
  const known = new WeakMap<Of, Map<string, { readonly made: Made }>>()
  return (of, text, make) => {
    if (!isLasting(of)) return make()
    const texts = known.get(of) ?? new Map<string, { readonly made: Made }>()
    known.set(of, texts)
    const found = texts.get(text)
    if (found) return found.made
    if (texts.size >= mostTexts) texts.clear()
    const made = make()
    texts.set(text, { made })
    return made
  }
}
