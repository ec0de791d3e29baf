import type { Manifest } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import type { Named } from '../pod-template.ts'

interface ServiceAccount extends Manifest {
  readonly secrets?: readonly Named[]
  readonly imagePullSecrets?: readonly Named[]
}

/** The wanted ones, and those the member added. */
function union(desired: readonly Named[] = [], observed: readonly Named[] = []): readonly Named[] {
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
