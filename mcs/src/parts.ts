import { type Endpoint, endpointsOf, type service } from '@flotilla/sdk'

/** As many endpoints as Kubernetes takes in one slice. */
export const sliceLimit = 1_000

/** What is in one slice of what does not fit into one. */
export interface Part {
  /** Tells it from the others; empty when it is all there is. */
  readonly id: string
  readonly reached: service.Reached
}

type Endpoints = readonly Endpoint[]

/** FNV-1a, mixed as by murmur: every bit of it is as good as another. */
function bitsOf(text: string): number {
  let bits = 0x811c9dc5
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

const deepest = 32 // a number has no more bits

/**
 * Halves what is too much by one bit after the other of the hashes of addresses. Where an endpoint belongs is said by its
 * own address, so a change is one of the part it is in; a part that grows too large, or two that have become small, are
 * split, or merged, without the others.
 */
function* halved(endpoints: Endpoints, id: string): Generator<readonly [id: string, endpoints: Endpoints]> {
  if (endpoints.length === 0) return
  if (endpoints.length <= sliceLimit) return yield [id, endpoints]
  if (id.length === deepest) {
    for (let i = 0; i < endpoints.length; i += sliceLimit) yield [`${id}-${i}`, endpoints.slice(i, i + sliceLimit)]
    return
  }
  for (const bit of [0, 1])
    yield* halved(endpoints.filter(({ addresses }) => ((bitsOf(addresses.join()) >>> id.length) & 1) === bit), `${id}${bit}`) // biome-ignore format: one call
}

const known = new WeakMap<service.Reached, readonly Part[]>()

/** What is reached, in parts that fit into a slice each: made once, however many clusters get them. */
export function partsOf(reached: service.Reached): readonly Part[] {
  const endpoints = endpointsOf(reached)
  if (endpoints.length <= sliceLimit) return [{ id: '', reached }]
  const parts = known.get(reached) ?? [...halved(endpoints, '')].map(([id, some]) => ({ id, reached: { ...reached, endpoints: some } })) // biome-ignore format: one expression
  known.set(reached, parts)
  return parts
}
