import type { Index, Manifest, OwnerReference } from '@flotilla/sdk'

export const controllerOf = ({ metadata: { ownerReferences = [] } }: Manifest): OwnerReference | undefined =>
  ownerReferences.find(({ controller }) => controller)

/** Objects by the uid of their controller. */
export const byController: Index<Manifest> = {
  name: 'controller',
  values: (object) => {
    const owner = controllerOf(object)
    return owner ? [owner.uid] : []
  },
}

/** Whether an object is on its way out: nothing is made for it any more. */
export const isLeaving = ({ metadata }: Manifest): boolean => metadata.deletionTimestamp !== undefined
