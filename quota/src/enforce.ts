import {
  type admit,
  type Binding,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  type Host,
  isFields,
  keyOf,
  keyText,
  resourceBindingKind,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, quantityOf } from './amounts.ts'
import { count } from './count.ts'
import { Desk } from './desk.ts'
import { limitsOf } from './limits.ts'
import { type Claim, type Excess, isMore } from './reserve.ts'
import { isAbout } from './scope.ts'
import { usageOf } from './usage.ts'

const nothing: Amounts = new Map()

const isBinding = (manifest: admit.Admission['manifest']): manifest is Binding =>
  manifest.kind === resourceBindingKind.kind && manifest.apiVersion === resourceBindingKind.apiVersion

const usedBy = (quota: FederatedResourceQuota, binding: Binding | undefined): Amounts =>
  binding && isFields(binding.spec) && isAbout(quota, binding) ? usageOf(binding).total : nothing

/** What a write of a binding claims of a quota. */
export function claimOf(quota: FederatedResourceQuota, manifest: Binding, before: Binding | undefined): Claim {
  const { name } = manifest.metadata
  const { uid, generation = 0 } = before?.metadata ?? {}
  return {
    binding: name,
    ...(uid !== undefined && { uid }),
    generation,
    before: usedBy(quota, before),
    after: usedBy(quota, manifest),
  }
}

/** In the words Karmada begins with: which quota, which resource, and how much. */
export function denialOf({ quota, resource, used, requested, hard }: Excess): admit.Denial {
  const text = (amount: bigint) => quantityOf(amount, quota.spec.overall[resource])
  const said = `exceeded for resource ${resource}: requested sum ${text(used + requested)}, limit ${text(hard)}`
  const message = `FederatedResourceQuota(${keyText(keyOf(quota))}) ${said}. Used ${text(used)}, requested ${text(requested)} more.`
  return {
    code: 403,
    reason: 'QuotaExceeded',
    message,
    causes: [{ reason: 'QuotaExceeded', field: `${quota.metadata.name}[${resource}]`, message: text(requested) }],
  }
}

/** What is used of the limits as the status says; as the bindings say where it does not. */
function usedOf(quota: FederatedResourceQuota, { store, now }: Host): Amounts {
  const said = amountsOf(quota.status?.overallUsed)
  if ([...limitsOf(quota).keys()].every((resource) => said.has(resource))) return said
  const { used } = count(quota, store(resourceBindingKind).list(quota.metadata.namespace), now())
  return new Map([...used, ...said])
}

interface Asked {
  readonly desk: Desk
  readonly claim: Claim
}

/** The first excess, one desk after another. */
async function first(
  asked: readonly Asked[],
  ask: (desk: Desk, claim: Claim) => Promise<Excess | undefined>,
): Promise<Excess | undefined> {
  for (const { desk, claim } of asked) {
    const excess = await ask(desk, claim)
    if (excess) return excess
  }
  return undefined
}

/** Holds bindings to the quotas of their namespace: refuses what is too much, and writes down what is not. */
export function enforcement(host: Host): (admission: admit.Admission) => Promise<admit.Denial | undefined> {
  const quotas = host.store(federatedResourceQuotaKind)
  const bindings = host.store(resourceBindingKind)
  const desks = new Map<string, Desk>()
  quotas.listen(({ before, after }) => {
    if (before && !after) desks.delete(keyText(keyOf(before)))
  })

  function deskOf(quota: FederatedResourceQuota): Desk {
    const key = keyOf(quota)
    const text = keyText(key)
    const desk =
      desks.get(text) ??
      new Desk({
        client: host.client,
        now: host.now,
        signal: host.signal,
        key,
        cached: () => quotas.get(key),
        usedOf: (quota) => usedOf(quota, host),
      })
    desks.set(text, desk)
    return desk
  }

  return async ({ operation, manifest, before, dryRun }) => {
    if (operation === 'DELETE' || !isBinding(manifest) || manifest.metadata.deletionTimestamp) return undefined
    const old = before && isBinding(before) ? before : undefined
    await Promise.all([quotas.synced, bindings.synced])
    const claims = quotas
      .list(manifest.metadata.namespace)
      .map((quota) => ({ quota, desk: deskOf(quota), claim: claimOf(quota, manifest, old) }))
      .filter(({ quota, claim }) => isMore(quota, claim))
    const isAsked = dryRun || claims.length > 1 // before anything is written down: the next quota may refuse
    const excess = (isAsked && (await first(claims, (desk, claim) => desk.ask(claim)))) || undefined
    const refused = excess ?? (dryRun ? undefined : await first(claims, (desk, claim) => desk.settle(claim)))
    return refused && denialOf(refused)
  }
}
