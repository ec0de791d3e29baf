import type { SignedCertificate } from '@flotilla/kube'
import { type Client, type Key, type Kind, keyText, type Manifest, systemNamespace } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { secretKeyring } from '../agent/keyring.ts'
import {
  clusterRoleBindingKind,
  clusterRoleKind,
  ensure,
  namespaceKind,
  namespaceOf,
  secretKind,
  serviceAccountKind,
  system,
} from '../join/kinds.ts'
import type { ClusterInfo } from '../token/cluster-info.ts'

export interface AgentPlace {
  readonly cluster: string
  readonly image: string
  readonly replicas: number
  /** The namespace in the member. */
  readonly namespace: string
}

const deploymentKind: Kind = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', scope: 'Namespaced' }

/** As in Karmada. */
const name = 'karmada-agent'
const account = 'karmada-agent-sa'

export const secretKeyOf = (namespace: string = systemNamespace): Key => ({ namespace, name: 'karmada-kubeconfig' })

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** The kubeconfig by which the agent of a cluster reaches the control plane. */
export const agentKubeconfig = ({ server, ca }: ClusterInfo, user: string, { cert, key }: SignedCertificate): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'control-plane',
    clusters: [{ name: 'control-plane', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    contexts: [{ name: 'control-plane', context: { cluster: 'control-plane', user } }],
    users: [{ name: user, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
  })

const ports = { health: 10_357, metrics: 8080 }

const nameArg = (cluster: string): string => `--cluster-name=${cluster}`

const container = ({ cluster, image, namespace }: AgentPlace) => ({
  name,
  image,
  args: [
    'agent',
    nameArg(cluster),
    `--kubeconfig-secret=${namespace}/${secretKeyOf().name}`,
    `--health-probe-bind-address=:${ports.health}`,
    `--metrics-bind-address=:${ports.metrics}`,
  ],
  ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
  livenessProbe: { httpGet: { path: '/healthz', port: 'health' }, initialDelaySeconds: 10 },
  readinessProbe: { httpGet: { path: '/readyz', port: 'health' }, periodSeconds: 2 },
  resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '1Gi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
})

const podSecurity = {
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  seccompProfile: { type: 'RuntimeDefault' },
}

/** One agent at a time: another one begins when the one before has ended. */
const deployment = (place: AgentPlace): Manifest => ({
  apiVersion: deploymentKind.apiVersion,
  kind: deploymentKind.kind,
  metadata: { namespace: place.namespace, name, labels: { ...system, app: name } },
  spec: {
    replicas: place.replicas,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        serviceAccountName: account,
        enableServiceLinks: false,
        securityContext: podSecurity,
        containers: [container(place)],
      },
    },
  },
})

type Made = readonly [kind: Kind, object: Manifest]

/** All that the agent is in its cluster, but for its kubeconfig, in the order in which it is made. */
function parts(place: AgentPlace): readonly Made[] {
  const group = 'rbac.authorization.k8s.io'
  const { namespace } = place
  const metadata = { name, labels: system }
  const rules = [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ]
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name }
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }]
  return [
    [serviceAccountKind, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: account, labels: system } }],
    [clusterRoleKind, { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata, rules }],
    [clusterRoleBindingKind, { apiVersion: `${group}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef, subjects }],
    [deploymentKind, deployment(place)],
  ] // biome-ignore format: pairs
}

interface Running extends Manifest {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly args?: readonly string[] }[] } }
  }
}

/** Whether a Deployment runs the agent of this cluster, as it is made here. */
const isOf = (cluster: string, { spec }: Running): boolean =>
  spec?.template?.spec?.containers?.[0]?.args?.includes(nameArg(cluster)) ?? false

/** What an agent runs by, as far as it is there already: nothing, what is made here for this cluster, or else what is in the way. */
export async function agentThere(
  member: Client,
  { cluster, namespace }: Pick<AgentPlace, 'cluster' | 'namespace'>,
  signal: AbortSignal,
): Promise<'none' | 'own' | { readonly blocks: string }> {
  const running = (await member.get(deploymentKind, { namespace, name }, { signal })) as Running | undefined // of its kind
  if (running) return isOf(cluster, running) ? 'own' : { blocks: `Deployment ${namespace}/${name}` }
  const key = secretKeyOf(namespace)
  return (await member.get(secretKind, key, { signal })) ? { blocks: `secret ${keyText(key)}` } : 'none'
}

/** Runs the agent in its cluster. What was made goes again when not all could be. */
export async function installAgent(
  member: Client,
  place: AgentPlace,
  kubeconfig: string,
  signal: AbortSignal,
): Promise<void> {
  const before = await agentThere(member, place, signal)
  try {
    await ensure(member, namespaceKind, namespaceOf(place.namespace), signal)
    await secretKeyring(member, secretKeyOf(place.namespace), signal).write(kubeconfig)
    for (const [kind, object] of parts(place)) await ensure(member, kind, object, signal)
  } catch (error) {
    const patience = AbortSignal.timeout(15_000)
    if (before === 'none') await removeAgent(member, place.namespace, patience).catch(() => undefined) // whoever made it fail may be in the way here, too
    throw error
  }
}

/** Takes the agent out of its cluster again. */
export async function removeAgent(member: Client, namespace: string, signal: AbortSignal): Promise<void> {
  const place = { cluster: '', image: '', replicas: 0, namespace }
  for (const [kind, { metadata }] of parts(place).toReversed()) await member.delete(kind, metadata, { signal })
  await member.delete(secretKind, secretKeyOf(namespace), { signal })
}
