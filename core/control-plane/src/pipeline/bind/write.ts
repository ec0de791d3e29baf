import { type Binding, type Kind, keyOf } from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { mergePatch } from '../../manifest/merge-patch.ts'

const written = ({ metadata, spec }: Binding) => ({ metadata, spec })

/**
 * Makes a binding what it should be: creates it, or patches what differs. Other stages write other fields of the same
 * object at the same time, so nothing else is sent. Answers the binding as written; undefined when it was right already.
 */
export async function write(
  { client }: Pick<Machine, 'client'>,
  kind: Kind<Binding>,
  existing: Binding | undefined,
  wanted: Binding,
): Promise<Binding | undefined> {
  if (!existing) return client.create(kind, wanted)
  const body = mergePatch(written(existing), written(wanted))
  return body && client.patch(kind, keyOf(existing), { type: 'merge', body })
}

/** Whether another object than the template controls the binding: one of the same name that was there before, mostly. */
export const isOfAnother = ({ metadata }: Binding, uid: string | undefined): boolean =>
  metadata.ownerReferences?.some((owner) => owner.controller && owner.uid !== uid) ?? false
