import { agentsGroup, bootstrapGroup } from '@flotilla/core'
import { type Client, type Kind, label, type Manifest } from '@flotilla/sdk'
import { clusterRoleBindingKind, clusterRoleKind } from '../join/kinds.ts'

const group = 'rbac.authorization.k8s.io'
const fieldManager = 'flotilla-serve'
const requests = 'certificatesigningrequests'

/** Karmada's names, so that either finds what the other has made. */
const approver = 'system:karmada:certificatesigningrequest:autoapprover'
const selfApprover = 'system:karmada:certificatesigningrequest:selfautoapprover'
const asker = 'system:karmada:agent-bootstrap'

interface Grant {
  readonly role: string
  readonly resource: string
  readonly verbs: readonly string[]
  readonly groups: readonly string[]
}

/** Who has a token, and who is an agent already, may ask for an agent's certificate, and need not wait for an administrator. */
const grants: readonly Grant[] = [
  { role: asker, resource: requests, verbs: ['create', 'get'], groups: [bootstrapGroup, agentsGroup] },
  { role: approver, resource: `${requests}/clusteragent`, verbs: ['create'], groups: [bootstrapGroup] },
  { role: selfApprover, resource: `${requests}/selfclusteragent`, verbs: ['create'], groups: [agentsGroup] },
]

const objectsOf = ({ role: name, resource, verbs, groups }: Grant): readonly (readonly [Kind, Manifest])[] => {
  const metadata = { name, labels: { [label.system]: 'true' } }
  const apiVersion = `${group}/v1`
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name }
  const subjects = groups.map((name) => ({ apiGroup: group, kind: 'Group', name }))
  const rules = [{ apiGroups: ['certificates.k8s.io'], resources: [resource], verbs }]
  return [
    [clusterRoleKind, { apiVersion, kind: 'ClusterRole', metadata, rules }],
    [clusterRoleBindingKind, { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects }],
  ]
}

/** Lets agents ask to be let in. Without the bindings, an administrator looks at each request. */
export async function allowAgents(client: Client, signal: AbortSignal): Promise<void> {
  for (const [kind, body] of grants.flatMap(objectsOf)) {
    const { name } = body.metadata
    await client.patch(kind, { name }, { type: 'apply', body, force: true }, { fieldManager, signal })
  }
}
