import {
  type admit,
  type Binding,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  type Host,
  isFields,
  keyOf,
  keyText,
  type Manifest,
  type observe,
  resourceBindingKind,
  type SharedResourceQuota,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, quantityOf } from './amounts.ts'
import { count } from './count.ts'
import type { Desk, Rules } from './desk.ts'
import { desksOf } from './desks.ts'
import { limitsOf } from './limits.ts'
import { type Claim, type Excess, giveBack, isMore, reserve, usesMore } from './reserve.ts'
import { isAbout } from './scope.ts'
import { excessText, giveBackShare, type ShareClaim, type ShareExcess, settleShare } from './shared/settle.ts'
import { ofNamespace, sharedResources, usedOf as usedOfShares } from './shared/shares.ts'
import { usageOf } from './usage.ts'

const nothing: Amounts = new Map()

const isBinding = (manifest: admit.Admission['manifest']): manifest is Binding =>
  manifest.kind === resourceBindingKind.kind && manifest.apiVersion === resourceBindingKind.apiVersion

const totalOf = (binding: Binding | undefined): Amounts =>
  binding && isFields(binding.spec) ? usageOf(binding).total : nothing

const usedBy = (quota: FederatedResourceQuota, binding: Binding | undefined): Amounts =>
  binding && isFields(binding.spec) && isAbout(quota, binding) ? usageOf(binding).total : nothing

/** Which write of which binding claims something. */
function writeOf({ metadata: { name } }: Binding, before: Binding | undefined): Omit<Claim, 'before' | 'after'> {
  const { uid, generation = 0 } = before?.metadata ?? {}
  return { binding: name, ...(uid !== undefined && { uid }), generation }
}

/** What a write of a binding claims of a quota. */
export const claimOf = (quota: FederatedResourceQuota, manifest: Binding, before: Binding | undefined): Claim => ({
  ...writeOf(manifest, before),
  before: usedBy(quota, before),
  after: usedBy(quota, manifest),
})

/** What it claims of a quota that namespaces share. */
export const shareClaimOf = (manifest: Binding, before: Binding | undefined): ShareClaim => ({
  namespace: manifest.metadata.namespace ?? '',
  ...writeOf(manifest, before),
  before: totalOf(before),
  after: totalOf(manifest),
})

const denial = (message: string, field: string, requested: string): admit.Denial => ({
  code: 403,
  reason: 'QuotaExceeded',
  message,
  causes: [{ reason: 'QuotaExceeded', field, message: requested }],
})

/** In the words Karmada begins with: which quota, which resource, and how much. */
export function denialOf({ quota, resource, used, requested, hard }: Excess): admit.Denial {
  const text = (amount: bigint) => quantityOf(amount, quota.spec.overall[resource])
  const said = `exceeded for resource ${resource}: requested sum ${text(used + requested)}, limit ${text(hard)}`
  const message = `FederatedResourceQuota(${keyText(keyOf(quota))}) ${said}. Used ${text(used)}, requested ${text(requested)} more.`
  return denial(message, `${quota.metadata.name}[${resource}]`, text(requested))
}

function shareDenialOf(excess: ShareExcess): admit.Denial {
  const { message, field, requested } = excessText(excess)
  return denial(message, field, requested)
}

/** What is used of the limits as the status says; as the bindings say where it does not. */
function usedOf(quota: FederatedResourceQuota, { store, now }: Host): Amounts {
  const said = amountsOf(quota.status?.overallUsed)
  if ([...limitsOf(quota).keys()].every((resource) => said.has(resource))) return said
  const { used } = count(quota, store(resourceBindingKind).list(quota.metadata.namespace), now())
  return new Map([...used, ...said])
}

/** How claims on the quota of one namespace are settled. */
export const rulesOf = (
  used: (quota: FederatedResourceQuota) => Amounts,
): Rules<FederatedResourceQuota, Claim, Excess> => ({
  settle: (quota, claim, now) => {
    const verdict = reserve(quota, used(quota), claim, now)
    return 'excess' in verdict ? verdict : { quota: { ...quota, status: verdict.status } }
  },
  giveBack,
})

const shareRulesOf = ({ store, now }: Host): Rules<SharedResourceQuota, ShareClaim, ShareExcess> => {
  const bindings = store(resourceBindingKind)
  return {
    settle: (quota, claim, at) =>
      settleShare(
        quota,
        usedOfShares(quota, (namespace) => bindings.list(namespace), now()),
        claim,
        at,
      ),
    giveBack: giveBackShare,
  }
}

/** One claim at one desk. */
interface Errand {
  readonly ask: () => Promise<admit.Denial | undefined>
  readonly settle: () => Promise<admit.Denial | undefined>
  readonly giveBack: () => Promise<void>
}

function errand<Q extends Manifest, C, E>(desk: Desk<Q, C, E>, claim: C, deny: (excess: E) => admit.Denial): Errand {
  const said = (excess: E | undefined) => (excess === undefined ? undefined : deny(excess))
  return {
    ask: async () => said(await desk.ask(claim)),
    settle: async () => said(await desk.settle(claim)),
    giveBack: () => desk.giveBack(claim),
  }
}

/** The first denial, one after another. */
async function askAll(errands: readonly Errand[]): Promise<admit.Denial | undefined> {
  for (const { ask } of errands) {
    const denial = await ask()
    if (denial) return denial
  }
  return undefined
}

/** All of them, or none: what was had is given back when one of the others refuses. What cannot be runs out by itself. */
async function settleAll(errands: readonly Errand[]): Promise<admit.Denial | undefined> {
  const had: Errand[] = []
  const undo = () => Promise.allSettled(had.map((each) => each.giveBack()))
  try {
    for (const each of errands) {
      const denial = await each.settle()
      if (denial) {
        await undo()
        return denial
      }
      had.push(each)
    }
    return undefined
  } catch (error) {
    await undo()
    throw error
  }
}

export interface Enforcement {
  /** Refuses what is too much, and writes down what is not. */
  readonly refuse: (admission: admit.Admission) => Promise<admit.Denial | undefined>
  /** What was written down for a write that others have refused is given back. */
  readonly hear: (transition: observe.Transition) => Promise<void>
}

/** Holds bindings to the quotas of their namespace, and to those it shares with others. */
export function enforcement(host: Host): Enforcement {
  const quotas = host.store(federatedResourceQuotaKind)
  const shared = host.store(sharedResourceQuotaKind)
  const bindings = host.store(resourceBindingKind)
  const deskOf = desksOf(
    host,
    federatedResourceQuotaKind,
    rulesOf((quota) => usedOf(quota, host)),
  )
  const sharedDeskOf = desksOf(host, sharedResourceQuotaKind, shareRulesOf(host))

  function ownErrands(manifest: Binding, before: Binding | undefined, isWanted = isMore): readonly Errand[] {
    return quotas
      .list(manifest.metadata.namespace)
      .map((quota) => ({ quota, claim: claimOf(quota, manifest, before) }))
      .filter(({ quota, claim }) => isWanted(quota, claim))
      .map(({ quota, claim }) => errand(deskOf(quota), claim, denialOf))
  }

  function sharedErrands(manifest: Binding, before: Binding | undefined, isWanted = usesMore): readonly Errand[] {
    const all = shared.by(ofNamespace, manifest.metadata.namespace ?? '')
    if (all.length === 0) return []
    const claim = shareClaimOf(manifest, before)
    return all
      .filter((quota) => isWanted(sharedResources(quota), claim))
      .map((quota) => errand(sharedDeskOf(quota), claim, shareDenialOf))
  }

  return {
    refuse: async ({ operation, manifest, before, dryRun }) => {
      if (operation === 'DELETE' || !isBinding(manifest) || manifest.metadata.deletionTimestamp) return undefined
      const old = before && isBinding(before) ? before : undefined
      await Promise.all([quotas.synced, shared.synced, bindings.synced])
      const own = ownErrands(manifest, old)
      const others = sharedErrands(manifest, old)
      if (dryRun) return askAll([...own, ...others])
      // before anything is written down: the next quota may refuse. A shared one writes a refusal down, too
      const denial = own.length + others.length > 1 ? await askAll(own) : undefined
      return denial ?? settleAll([...others, ...own])
    },
    hear: async ({ stage, object, result }) => {
      if (stage !== 'schedule' || result !== 'refused' || object.kind !== resourceBindingKind.kind) return
      const binding = bindings.get(object)
      if (!binding) return
      const all = () => true
      const errands = [...ownErrands(binding, binding, all), ...sharedErrands(binding, binding, all)]
      await Promise.allSettled(errands.map((each) => each.giveBack()))
    },
  }
}
