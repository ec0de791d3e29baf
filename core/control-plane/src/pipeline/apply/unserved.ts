import { ApiError, errors, FlotillaError, groupOf, isNotFound, type Manifest, versionOf } from '@flotilla/sdk'
import type { ConnectedMember } from '../../member/member.ts'

/** Whether a server does not know the kind of an object that was to be written: a missing object or namespace has a name. */
export const isUnserved = (error: unknown): boolean =>
  error instanceof ApiError && isNotFound(error) && error.status.details?.name === undefined

/** That a member does not serve a kind, with the versions of it that it does serve. */
export async function kindUnserved(
  member: ConnectedMember,
  { apiVersion, kind }: Manifest,
  cause?: unknown,
): Promise<FlotillaError> {
  const versions = await member.versionsOf(groupOf(apiVersion), kind).catch(() => [])
  const others = versions.filter((version) => version !== versionOf(apiVersion))
  return errors.KIND_UNKNOWN(`${kind} of ${apiVersion}`, member.name, others, cause)
}

export const isUnknownKind = (error: unknown): boolean =>
  error instanceof FlotillaError && error.code === 'KIND_UNKNOWN'
