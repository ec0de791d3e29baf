import {
  type Ask,
  type Health,
  interpret,
  type Json,
  type Manifest,
  type ManifestStatus,
  type Work,
} from '@flotilla/sdk'
import { identifierOf } from '../../manifest/identifier.ts'

/** A Work, and what its member has in the place of each of its manifests. */
export interface Reflecting {
  readonly work: Work
  /** `unseen`: the member could not be asked; undefined: it has nothing there. */
  readonly observed: readonly Observed[]
}

export type Observed = Manifest | 'unseen' | undefined

export interface Reflected {
  readonly manifestStatuses: readonly ManifestStatus[]
  /** Whose health is unknown, and why. */
  readonly unknown: readonly { readonly object: Manifest; readonly error: unknown }[]
}

/** What is worth collecting of an object: what a plugin says, else its whole status. */
async function statusOf(ask: Ask, observed: Manifest): Promise<Json | undefined> {
  const reflection = await ask(interpret.status, { manifest: observed })
  return reflection ? reflection.status : (observed.status as Json | undefined) // an object of the API is JSON
}

/**
 * What a Work says of the objects it brought: status and health of each that is there, and what was said before of each
 * that cannot be looked at. A status that cannot be interpreted is an error, a health is then `Unknown`.
 */
export async function reflect(ask: Ask, { work, observed }: Reflecting): Promise<Reflected> {
  const unknown: { object: Manifest; error: unknown }[] = []
  const healthOf = async (object: Manifest): Promise<Health> => {
    try {
      return (await ask(interpret.health, { manifest: object })) ?? 'Healthy'
    } catch (error) {
      unknown.push({ object, error })
      return 'Unknown'
    }
  }
  const before = ({ status }: Work, ordinal: number) =>
    (status?.manifestStatuses ?? []).filter(({ identifier }) => identifier.ordinal === ordinal)

  const manifestStatuses: ManifestStatus[] = []
  for (const [ordinal, manifest] of (work.spec.workload?.manifests ?? []).entries()) {
    const object = observed[ordinal]
    if (object === 'unseen') manifestStatuses.push(...before(work, ordinal))
    if (!object || object === 'unseen') continue
    const status = await statusOf(ask, object)
    const health = await healthOf(object)
    manifestStatuses.push({
      identifier: identifierOf(manifest, ordinal),
      ...(status !== undefined && { status }),
      health,
    })
  }
  return { manifestStatuses, unknown }
}
