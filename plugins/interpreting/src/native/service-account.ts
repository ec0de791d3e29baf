import type { Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'

interface ServiceAccount extends Manifest {
  readonly secrets?: readonly pods.Named[]
  readonly imagePullSecrets?: readonly pods.Named[]
}

/** The wanted ones, and those the member added. */
function union(desired: readonly pods.Named[] = [], observed: readonly pods.Named[] = []): readonly pods.Named[] {
  const all = [...desired, ...observed]
  return all.filter(({ name }, index) => all.findIndex((each) => each.name === name) === index)
}

/** A member's controllers add secrets of their own; taking them away would make them add others for ever. */
function retain(desired: ServiceAccount, observed: ServiceAccount): ServiceAccount {
  const secrets = union(desired.secrets, observed.secrets)
  const imagePullSecrets = union(desired.imagePullSecrets, observed.imagePullSecrets)
  return {
    ...desired,
    ...(secrets.length > 0 && { secrets }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets }),
  }
}

export const serviceAccount = ofKind<ServiceAccount>({ apiVersion: 'v1', kind: 'ServiceAccount' }, { retain })
