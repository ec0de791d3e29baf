import type { Manifest } from '@flotilla/sdk'

export const hasFinalizer = ({ metadata }: Manifest, name: string): boolean =>
  metadata.finalizers?.includes(name) ?? false

/** The object without a finalizer. */
export const withoutFinalizer = <T extends Manifest>(object: T, name: string): T => ({
  ...object,
  metadata: { ...object.metadata, finalizers: object.metadata.finalizers?.filter((each) => each !== name) ?? [] },
})
