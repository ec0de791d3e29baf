import {
  ApiError,
  type Ask,
  type admit,
  type Client,
  deepEqual,
  deepFreeze,
  definitions,
  type Fields,
  groupOf,
  isConflict,
  isFields,
  type Key,
  type Kind,
  keyOf,
  type Manifest,
  type WriteOptions,
} from '@flotilla/sdk'
import { merged, mergePatch } from '../../manifest/merge-patch.ts'
import { bindingKinds } from '../../manifest/origin.ts'
import { review, statusOf } from './review.ts'

/** What writes are reviewed with. */
export interface OwnWrites {
  readonly ask: Ask
  /** Who writes. */
  readonly user: string
  /** An object as a cache has it. */
  readonly known: (kind: Kind<unknown>, key: Key) => unknown
}

const nameOf = ({ apiVersion, kind }: Kind<unknown>): string => `${groupOf(apiVersion)}/${kind}`

const reviewed = new Set(definitions.map(({ kind }) => nameOf(kind)))
/** Of these changes, too, are reviewed: the control plane writes each of them several times. */
const changing = new Set(bindingKinds.map(nameOf))

/** How often a change is made anew of what somebody else wrote meanwhile; as the API server does with a patch. */
const mostTries = 5

/** The manifest as it is to be written. Throws as an API server does when it must not be. */
async function passed({ ask, user }: OwnWrites, write: Omit<admit.Admission, 'user' | 'key'>): Promise<Manifest> {
  const verdict = await review(ask, { ...write, key: keyOf(write.manifest), user })
  if ('denial' in verdict) throw new ApiError(statusOf(verdict.denial, write.manifest))
  return verdict.manifest
}

/** Whether nothing is changed of what is going, but that it may. Nobody is asked about that. */
const isLettingGo = ({ metadata, spec }: Manifest, after: Manifest): boolean =>
  metadata.deletionTimestamp !== undefined && deepEqual(spec, after.spec)

/**
 * A client whose new objects of our kinds, and changes of bindings, are reviewed here before they are sent. An API server that would
 * ask us about what we write ourselves can be told not to: two calls less for every such write. What a change was reviewed on is what
 * it is written onto: the version sees to that.
 */
export function reviewingOwnWrites(client: Client, own: OwnWrites): Client {
  const newest = async (kind: Kind<unknown>, key: Key, { signal }: WriteOptions): Promise<Manifest | undefined> =>
    (await client.get(kind, key, { signal })) as Manifest | undefined // all our kinds are manifests
  const change = async (before: Manifest, after: Manifest, { dryRun = false }: WriteOptions): Promise<Manifest> =>
    isLettingGo(before, after)
      ? after
      : passed(own, { operation: 'UPDATE', manifest: deepFreeze(after), before, dryRun })

  return {
    ...client,
    async create(kind, object, options = {}) {
      if (options.subresource || !reviewed.has(nameOf(kind))) return client.create(kind, object, options)
      const manifest = object as unknown as Manifest // all our kinds are manifests
      const { dryRun = false } = options
      const passing = await passed(own, { operation: 'CREATE', manifest, dryRun })
      return client.create(kind, passing as unknown as typeof object, options)
    },

    async update(kind, object, options = {}) {
      if (options.subresource || !changing.has(nameOf(kind))) return client.update(kind, object, options)
      const manifest = object as unknown as Manifest // all our kinds are manifests
      const key = keyOf(manifest)
      const before = (own.known(kind, key) as Manifest | undefined) ?? (await newest(kind, key, options))
      if (!before) return client.update(kind, object, options) // which answers that it is not there
      const { resourceVersion } = before.metadata
      const { metadata, ...rest } = await change(before, manifest, options)
      const onto = { ...rest, metadata: { resourceVersion, ...metadata } }
      return client.update(kind, onto as unknown as typeof object, options)
    },

    async patch(kind, key, patch, options = {}) {
      if (options.subresource || !changing.has(nameOf(kind))) return client.patch(kind, key, patch, options)
      if (patch.type !== 'merge' || !isFields(patch.body)) throw new Error(`a ${patch.type} patch cannot be reviewed`)
      const { metadata } = patch.body
      const isOntoVersion = isFields(metadata) && metadata.resourceVersion !== undefined
      let before = (own.known(kind, key) as Manifest | undefined) ?? (await newest(kind, key, options))
      for (let tries = 1; before; tries++) {
        const patched = merged(before as unknown as Fields, patch.body) as unknown as Manifest
        const after = await change(before, patched, options)
        const { resourceVersion } = isOntoVersion ? metadata : before.metadata
        const sent = mergePatch(before as unknown as Fields, after as unknown as Fields) ?? {}
        const body = { ...sent, metadata: { ...(sent.metadata as object | undefined), resourceVersion } }
        try {
          return await client.patch(kind, key, { type: 'merge', body }, options)
        } catch (error) {
          if (isOntoVersion || tries === mostTries || !isConflict(error)) throw error
        }
        before = await newest(kind, key, options)
      }
      return client.patch(kind, key, patch, options) // which answers that it is not there
    },
  }
}
