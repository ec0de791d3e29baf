import { readFileSync, writeFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { type Kubectl, kubectl } from './kubectl.ts'

/** A kubeconfig of a service account made for it in the namespace `default`; the file's place. */
export async function accountOf(kubeconfig: string, name: string): Promise<string> {
  const k = kubectl(kubeconfig)
  await k('create', 'serviceaccount', name)
  const config = parse(readFileSync(kubeconfig, 'utf8'))
  for (const { user } of config.users) for (const key of Object.keys(user)) delete user[key]
  config.users[0].user.token = (await k('create', 'token', name)).trim()
  const file = `${kubeconfig}.${name}`
  writeFileSync(file, stringify(config))
  return file
}

/** kubectl in a member, through the control plane. */
export function through(kubeconfig: string, cluster: string): Kubectl {
  const config = parse(readFileSync(kubeconfig, 'utf8'))
  config.clusters[0].cluster.server += `/apis/cluster.karmada.io/v1alpha1/clusters/${cluster}/proxy`
  const file = `${kubeconfig}.${cluster}`
  writeFileSync(file, stringify(config))
  return kubectl(file)
}
