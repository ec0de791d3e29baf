import { ApiError, isAlreadyExists, isNotFound, label, type Manifest, prune, withLabel } from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { namespaceKind } from '../../member/kinds.ts'
import type { ConnectedMember } from '../../member/member.ts'

/** Whether a write was refused because there is no such namespace. */
export const lacksNamespace = (error: unknown): boolean =>
  error instanceof ApiError && isNotFound(error) && error.status.details?.kind === namespaceKind.plural

/** Whether a write was refused because its namespace is being deleted. */
export const isGoingNamespace = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code === 403 &&
  (error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ||
    error.message.includes('because it is being terminated'))

const staysHere = ({ metadata }: Manifest): boolean =>
  metadata.labels?.[label.skipAutoPropagation]?.toLowerCase() === 'true'

/**
 * Makes a namespace in a member as the control plane has it, by name, labels and annotations. Answers whether it is there
 * now: not when its owner said that it is not to be propagated. It is marked as Flotilla's, so that a Work that brings it
 * later takes it over.
 */
export async function makeNamespace(
  { store }: Pick<Machine, 'store'>,
  { client }: ConnectedMember,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const template = store(namespaceKind).get({ name })
  if (!template || staysHere(template)) return false
  const { spec: _, ...bare } = prune(template)
  const namespace = withLabel(bare, label.managed, 'true')
  try {
    await client.create(namespaceKind, namespace, { signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
  return true
}
