import {
  again,
  type Controller,
  done,
  finalizer,
  type Kind,
  keyOf,
  type Outcome,
  type PropagationPolicy,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { claimIndex, claimOf, idOf } from '../../manifest/claim.ts'
import type { Templates } from '../../manifest/templates.ts'
import { whose } from '../../manifest/whose.ts'

/** How long until a policy that cannot go yet is looked at again, should no event say so before. */
const patience = 5_000

const isHeld = (templates: Templates, policy: PropagationPolicy): boolean => {
  const id = idOf(policy)
  const claimed = id === undefined ? [] : templates.by(claimIndex, id)
  return (
    claimed.length > 0 || policy.spec.resourceSelectors.some((kind) => templates.of(kind) && !templates.isFull(kind))
  )
}

/** Lets a deleted policy go once no template is claimed by it any longer. What it propagated stays. */
export function releases(machine: Machine, templates: Templates, kind: Kind<PropagationPolicy>): Controller {
  const own = kind.scope === 'Namespaced' ? finalizer.propagationPolicy : finalizer.clusterPropagationPolicy
  return machine
    .controller(`match:${kind.plural}`, whose.policy)
    .for(kind, ({ after }) => after?.metadata.deletionTimestamp !== undefined)
    .hears((enqueue) =>
      templates.listen(({ before, after }) => {
        const lost = before && claimOf(before)
        const isOurs = lost && (lost.policy.namespace !== undefined) === (kind.scope === 'Namespaced')
        if (isOurs && (!after || claimOf(after)?.id !== lost.id)) enqueue(lost.policy)
      }),
    )
    .reconcile(async (policy): Promise<Outcome> => {
      if (!policy?.metadata.deletionTimestamp || !policy.metadata.finalizers?.includes(own)) return done
      if (isHeld(templates, policy)) return again(patience)
      const finalizers = policy.metadata.finalizers.filter((name) => name !== own)
      const { resourceVersion } = policy.metadata
      await machine.client.patch(kind, keyOf(policy), {
        type: 'merge',
        body: { metadata: { resourceVersion, finalizers } },
      })
      return done
    })
}
