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
  readonly observed: readonly (Manifest | undefined)[]
}

export interface Reflected {
  readonly manifestStatuses: readonly ManifestStatus[]
  /** Why the health of something is unknown. */
  readonly unknown: readonly unknown[]
}

/** What is worth collecting of an object: what a plugin says, else its whole status. */
async function statusOf(ask: Ask, observed: Manifest): Promise<Json | undefined> {
  const reflection = await ask(interpret.status, { manifest: observed })
  return reflection ? reflection.status : (observed.status as Json | undefined) // an object of the API is JSON
}

/**
 * What a Work says of the objects it brought: status and health of each that is there. A status that cannot be
 * interpreted is an error, a health is then `Unknown`.
 */
export async function reflect(ask: Ask, { work, observed }: Reflecting): Promise<Reflected> {
  const unknown: unknown[] = []
  const healthOf = async (manifest: Manifest): Promise<Health> => {
    try {
      return (await ask(interpret.health, { manifest })) ?? 'Healthy'
    } catch (error) {
      unknown.push(error)
      return 'Unknown'
    }
  }
  const manifestStatuses: ManifestStatus[] = []
  for (const [ordinal, manifest] of (work.spec.workload?.manifests ?? []).entries()) {
    const object = observed[ordinal]
    if (!object) continue
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
