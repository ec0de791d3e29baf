import { type Controller, done, isAlreadyExists } from '@flotilla/sdk'
import { namespaceKind, serviceAccountKind } from '../api/namespace.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { isLeaving } from '../owner.ts'

const name = 'default'

/** Every namespace has a default ServiceAccount, also when someone deletes it. */
export function serviceAccountController(machine: Machine): Controller {
  const accounts = new Cached(machine, serviceAccountKind)
  const { apiVersion, kind } = serviceAccountKind
  return machine
    .controller('serviceaccount')
    .for(namespaceKind)
    .watches(serviceAccountKind, ({ before, after }) => {
      const namespace = before?.metadata.namespace
      return after || !namespace || before.metadata.name !== name ? [] : [{ name: namespace }]
    })
    .reconcile(async (namespace) => {
      if (!namespace || isLeaving(namespace)) return done
      const at = { namespace: namespace.metadata.name, name }
      if (accounts.store.get(at)) return done
      try {
        await accounts.create({ apiVersion, kind, metadata: at })
      } catch (error) {
        if (!isAlreadyExists(error)) throw error
      }
      return done
    })
}
