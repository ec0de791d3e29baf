import type { Component } from '@flotilla/sdk'

/** As long as a binding takes the name of a component. */
const longest = 32

/** Components by names that a binding takes: none too long, and each with one of its own. Where they are not, its place tells. */
export function distinct(components: readonly Component[]): readonly Component[] {
  const names = new Set<string>()
  return components.map((component, place) => {
    const short = component.name.slice(0, longest)
    const end = `-${place}`
    const name = names.has(short) ? short.slice(0, longest - end.length) + end : short
    names.add(name)
    return name === component.name ? component : { ...component, name }
  })
}
