/** A number below 2^32 that depends on every character, and is the same everywhere: FNV-1a, stirred as Murmur3 ends. */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The shard something belongs to. Replicas agree on it without a word. */
export const shardOf = (text: string, shards: number): number => stableHash(text) % shards

/**
 * Who works on which shard: each goes to the replica that draws highest for it, of those that have not got their share yet. No
 * replica gets more than one shard more than another, and when one comes or goes, little else changes hands.
 */
export function divided(shards: number, replicas: readonly string[]): ReadonlyMap<number, string> {
  const [least, rest] = [Math.floor(shards / replicas.length), shards % replicas.length]
  const counts = new Map<string, number>()
  let over = rest
  const mayTake = (replica: string) => {
    const count = counts.get(replica) ?? 0
    return count < least || (count === least && over > 0)
  }
  const drawn = Array.from({ length: shards }, (_, shard) =>
    replicas.map((replica) => ({ shard, replica, draw: stableHash(`${shard}/${replica}`) })),
  )
  const owners = new Map<number, string>()
  const inTurn = drawn.flat().sort((a, b) => b.draw - a.draw || (a.replica < b.replica ? -1 : 1))
  for (const { shard, replica } of inTurn) {
    if (owners.has(shard) || !mayTake(replica)) continue
    const count = (counts.get(replica) ?? 0) + 1
    if (count > least) over--
    counts.set(replica, count)
    owners.set(shard, replica)
  }
  return owners
}
