import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

const servers = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const

export type Server = (typeof servers)[number]

/** Where the servers are that `test/assets/build` makes, by the convention of envtest; undefined when nobody says. */
export const assets: string | undefined = process.env.KUBEBUILDER_ASSETS || undefined

/** A server's program. Throws when the folder lacks it: a tier that was asked for is not left out in silence. */
export function program(server: Server): string {
  if (!assets) throw new Error('KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be')
  const file = join(assets, server)
  accessSync(file, constants.X_OK)
  return file
}
