import { createHash, createHmac, timingSafeEqual, X509Certificate } from 'node:crypto'
import type { HttpOptions } from '@flotilla/kube'
import { type Client, type Kind, label, type Manifest } from '@flotilla/sdk'
import { parse, stringify } from 'yaml'
import { ensure } from '../join/kinds.ts'
import type { Token } from './token.ts'

/** What anybody may know of an API server: where it is, and who vouches for it. Tokens sign it, as kubeadm has it. */
export interface ClusterInfo {
  readonly server: string
  /** PEM. */
  readonly ca: string
}

const namespace = 'kube-public'
export const clusterInfoKey = { namespace, name: 'cluster-info' }

const configMapKind: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }

const rbac = (kind: string, plural: string): Kind => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  plural,
  scope: 'Namespaced',
})
const roleKind = rbac('Role', 'roles')
const roleBindingKind = rbac('RoleBinding', 'rolebindings')

/** As Karmada calls it. */
const readerRole = 'system:karmada:bootstrap-signer-clusterinfo'

const kubeconfigOf = ({ server, ca }: ClusterInfo): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: '', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    contexts: [],
    users: [],
  })

/** Makes it known to everybody, unless it is. What somebody else has said before holds. */
export async function publishClusterInfo(client: Client, identity: HttpOptions, signal: AbortSignal): Promise<void> {
  const { server, ca } = identity
  if (ca === undefined) return
  const labels = { [label.system]: 'true' }
  const kubeconfig = kubeconfigOf({ server, ca })
  const metadata = { ...clusterInfoKey, labels }
  await ensure(client, configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { kubeconfig } }, signal)
  const { apiVersion } = roleKind
  const role = { namespace, name: readerRole, labels }
  const rules = [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [clusterInfoKey.name], verbs: ['get'] }]
  await ensure(client, roleKind, { apiVersion, kind: 'Role', metadata: role, rules }, signal)
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: readerRole }
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:anonymous' }]
  const binding = { apiVersion, kind: 'RoleBinding', metadata: role, roleRef, subjects }
  await ensure(client, roleBindingKind, binding, signal)
}

/** What a certificate is known by: `sha256:` and the hash of its public key. */
export const pinOf = (ca: string): string => {
  const key = new X509Certificate(ca).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** What is known of an API server, and whether a token has signed it. */
export interface SignedInfo extends ClusterInfo {
  readonly signature: 'good' | 'bad' | 'missing'
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** A JSON Web Signature with what it signs left out: `header..signature`. */
function signatureOf(kubeconfig: string, jws: string | undefined, { secret }: Token): SignedInfo['signature'] {
  if (jws === undefined) return 'missing'
  const [header = '', middle, signature = ''] = jws.split('.')
  const text = `${header}.${Buffer.from(kubeconfig).toString('base64url')}`
  const expected = createHmac('sha256', secret).update(text).digest('base64url')
  return middle === '' && isSame(signature, expected) ? 'good' : 'bad'
}

interface ReadKubeconfig {
  readonly clusters?: readonly { readonly cluster?: Readonly<Record<string, string>> }[]
}

/** Reads it; undefined when there is none, or none that can be read. */
export function signedInfo(configMap: Manifest | undefined, token: Token): SignedInfo | undefined {
  const { kubeconfig, [`jws-kubeconfig-${token.id}`]: jws } = (configMap?.data ?? {}) as Readonly<
    Record<string, string>
  > // a ConfigMap's
  if (kubeconfig === undefined) return undefined
  const { server, 'certificate-authority-data': ca } =
    (parse(kubeconfig) as ReadKubeconfig).clusters?.[0]?.cluster ?? {} // it was made as one
  if (!server || !ca) return undefined
  return { server, ca: Buffer.from(ca, 'base64').toString(), signature: signatureOf(kubeconfig, jws, token) }
}

export const readClusterInfo = (client: Client, signal: AbortSignal): Promise<Manifest | undefined> =>
  client.get(configMapKind, clusterInfoKey, { signal })
