import type { ObjectMeta } from '@flotilla/sdk'

/** The metadata of anything an API server hands out or takes. Kinds do not say in their type that they have it. */
export const metadataOf = (object: unknown): ObjectMeta => (object as { readonly metadata: ObjectMeta }).metadata // every Kubernetes object has it
