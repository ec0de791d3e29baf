import { type Difference, differences, stages } from '@flotilla/core'
import {
  ApiError,
  type Ask,
  deepEqual,
  errors,
  groupOf,
  keyOf,
  keyText,
  type Manifest,
  prune,
  versionOf,
  type Work,
} from '@flotilla/sdk'
import type { Reached } from './members.ts'
import { discreet, shown } from './shown.ts'

/**
 * `release`: it is left to the cluster. `waits`: the cluster does not serve its kind yet. `unknown`: the cluster could not
 * be asked.
 */
export type Act = 'create' | 'update' | 'delete' | 'release' | 'none' | 'refused' | 'suspended' | 'waits' | 'unknown'

/** What would be done in a member about one manifest of a Work. */
export interface Verdict {
  readonly act: Act
  /** Why nothing can be done, or what else there is to say. */
  readonly reason?: string
  readonly differences: readonly Difference[]
}

export const plain = (act: Act, reason?: string): Verdict => ({ act, ...(reason && { reason }), differences: [] })

/** What of two objects differs that may be shown: `about` is what they are. */
export const visible = (about: Manifest, desired: Manifest | undefined, observed: Manifest | undefined) =>
  differences(desired && shown(desired), observed && shown(observed)).map((each) => discreet(about, each))

const compared = (act: Act, desired: Manifest, observed: Manifest | undefined): Verdict => ({
  act,
  differences: visible(desired, desired, observed),
})

/** A namespace that is missing is made when the time comes; until then nothing can be tried in it. */
const lacksNamespace = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 404 && error.status.details?.kind === 'namespaces'

/** What a member would say to a write, or why it would not take it. */
async function tried(
  write: () => Promise<Manifest>,
): Promise<{ readonly answer: Manifest } | { readonly refusal: string }> {
  try {
    return { answer: await write() }
  } catch (error) {
    if (error instanceof ApiError && !lacksNamespace(error)) return { refusal: error.message }
    throw error
  }
}

/** In which versions the member does serve a kind. */
async function versionsOf({ discovery }: Reached, { apiVersion, kind }: Manifest): Promise<readonly string[]> {
  const kinds = await discovery.kinds()
  return kinds
    .filter((served) => served.kind === kind && groupOf(served.apiVersion) === groupOf(apiVersion))
    .map((served) => versionOf(served.apiVersion))
}

export interface Judging {
  readonly ask: Ask
  readonly member: Reached
  readonly work: Work
  readonly desired: Manifest
  readonly signal: AbortSignal
}

/** What would be done if the Work were not suspended. */
const halted = (verdict: Verdict): Verdict => (verdict.act === 'none' ? verdict : { ...verdict, act: 'suspended' })

/** What applying a manifest would do, found out as `kubectl diff` does: the member answers, and keeps nothing. */
export async function judge(judging: Judging): Promise<Verdict> {
  const { spec, metadata } = judging.work
  const verdict = await assess(judging)
  return spec.suspendDispatching && !metadata.deletionTimestamp ? halted(verdict) : verdict
}

/** The same, whether or not the Work is suspended. */
export async function assess({ ask, member, work, desired, signal }: Judging): Promise<Verdict> {
  const { client, discovery, name: cluster } = member
  const kind = await discovery.find(desired.apiVersion, desired.kind)
  if (!kind) {
    const others = await versionsOf(member, desired)
    const what = errors.KIND_UNKNOWN(`${desired.kind} of ${desired.apiVersion}`, cluster, others).message
    return plain(work.metadata.deletionTimestamp ? 'none' : 'waits', what)
  }
  const observed = await client.get(kind, keyOf(desired), { signal })
  if (work.metadata.deletionTimestamp) return plain(stages.withdrawal(work, observed))

  const application = await stages.apply(ask, { cluster, work, desired, ...(observed && { observed }) })
  switch (application.act) {
    case 'none':
      return plain('none')
    case 'refuse':
      return plain('refused', errors.OBJECT_UNMANAGED(`${desired.kind} ${keyText(keyOf(desired))}`, cluster).message)
    case 'create': {
      const { manifest } = application
      try {
        const outcome = await tried(() => client.create(kind, manifest, { signal }))
        if ('refusal' in outcome) return plain('refused', outcome.refusal)
        return compared('create', outcome.answer, undefined)
      } catch (error) {
        if (!lacksNamespace(error)) throw error
        return compared('create', manifest, undefined)
      }
    }
    case 'update': {
      const { manifest } = application
      const outcome = await tried(() => client.update(kind, manifest, { signal }))
      if ('refusal' in outcome) return { ...compared('refused', manifest, observed), reason: outcome.refusal }
      if (observed && deepEqual(prune(outcome.answer), prune(observed))) return plain('none')
      return compared('update', outcome.answer, observed)
    }
  }
}
