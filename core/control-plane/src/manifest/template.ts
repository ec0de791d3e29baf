import { once } from 'node:events'
import type { Kind, Manifest, Reference } from '@flotilla/sdk'
import type { Machine } from '../machine.ts'

/** A template as its cache has it, and the kind to write it by. */
export interface CachedTemplate {
  readonly kind: Kind
  readonly manifest: Manifest
}

/**
 * The template a binding is of, from the cache. Undefined when there is none, when its kind is not served, or when the
 * signal ended before the cache was full.
 */
export async function templateOf(
  { discovery, store }: Pick<Machine, 'discovery' | 'store'>,
  { apiVersion, kind: name, ...key }: Reference,
  signal: AbortSignal,
): Promise<CachedTemplate | undefined> {
  const kind = await discovery.find(apiVersion, name)
  if (!kind) return undefined
  const templates = store(kind)
  const cached = templates.get(key)
  if (cached) return { kind, manifest: cached }
  await Promise.race([templates.synced, once(signal, 'abort')])
  const manifest = templates.get(key)
  return manifest && { kind, manifest }
}

/**
 * Whether a cache has yet to hear of a version somebody else has seen. A version that is no number cannot be compared,
 * and is taken as heard of.
 */
export function isBehind(cached: string | undefined, seen: string | undefined): boolean {
  if (!cached || !seen || !/^\d+$/.test(cached) || !/^\d+$/.test(seen)) return false
  return BigInt(cached) < BigInt(seen)
}
