import {
  type Binding,
  FlotillaError,
  findCondition,
  type Kind,
  keyOf,
  type Manifest,
  reasonOf,
  setCondition,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { bounded } from '../../manifest/bounded.ts'

/** A cluster whose Work could not be brought up to date. */
export interface Failure {
  readonly cluster: string
  readonly error: unknown
}

/** Of so many clusters the condition says what is wrong. */
const mostSaid = 5

const type = 'Rendered'
const failed = 'ApplyOverridePolicyFailed'

/** What a condition says of failures; the same text for the same failures. */
function textOf(failures: readonly Failure[], targets: number): string {
  const inOrder = failures.toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1))
  const said = inOrder.slice(0, mostSaid).map(({ error }) => bounded(reasonOf(error)))
  const more = failures.length - said.length
  const tail = more > 0 ? `; and ${more} more` : ''
  return `${failures.length} of ${targets} clusters keep what they have: ${[...new Set(said)].join('; ')}${tail}`
}

const success = {
  type,
  status: 'True',
  reason: 'RenderSuccess',
  message: 'All clusters have what they should',
} as const

/** Good news is only said where bad news was before: a condition costs a write. */
function conditionsOf({ status }: Binding, failures: readonly Failure[], targets: number, now: Date) {
  const before = status?.conditions
  if (failures.length > 0)
    return setCondition(
      before,
      { type, status: 'False', reason: 'RenderFailed', message: textOf(failures, targets) },
      now,
    )
  return findCondition(before, type) ? setCondition(before, success, now) : before
}

/** What was rendered, of what, and how it went. */
export interface Verdict {
  readonly kind: Kind<Binding>
  readonly binding: Binding
  readonly template: Manifest
  readonly failures: readonly Failure[]
  readonly targets: number
}

/** Says how rendering went in the binding's `Rendered` condition. Answers whether that was news. */
export async function say(
  { client, now }: Machine,
  { kind, binding, failures, targets }: Verdict,
  signal: AbortSignal,
): Promise<boolean> {
  const conditions = conditionsOf(binding, failures, targets, now())
  if (conditions === binding.status?.conditions) return false
  const { resourceVersion } = binding.metadata // a list that others write, too: only onto what it was made from
  const body = { metadata: { resourceVersion }, status: { conditions } }
  await client.patch(kind, keyOf(binding), { type: 'merge', body }, { subresource: 'status', signal })
  return true
}

const nameOf = ({ metadata: { namespace, name } }: Manifest): string => (namespace ? `${namespace}/${name}` : name)

/** In Karmada's words. */
export const overrideText = (policy: Manifest, cluster: string, result: string): string => {
  const what = policy.metadata.namespace ? 'override policy' : 'cluster override policy'
  return `Apply ${what}(${nameOf(policy)}) for cluster(${cluster}) ${result}`
}

export const syncText = (binding: Manifest, result: string): string =>
  `Sync work of ${binding.kind}(${nameOf(binding)}) ${result}`

/** Tells the owners of the template, of the binding, and of every policy that is at fault. */
export function announce({ event }: Machine, { binding, template, failures, targets }: Verdict): void {
  const text = syncText(binding, `failed: ${textOf(failures, targets)}`)
  for (const about of [binding, template]) event(about, 'Warning', 'SyncWorkFailed', text)
  for (const { cluster, error } of failures) {
    if (!(error instanceof FlotillaError) || !error.about) continue
    const { about: policy } = error
    event(template, 'Warning', failed, overrideText(policy, cluster, `failed: ${reasonOf(error.cause)}`))
    event(policy, 'Warning', failed, reasonOf(error))
  }
}
