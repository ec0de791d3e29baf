import type { Client, Kind, Manifest } from '@flotilla/sdk'
import { clusterKind, overridePolicyKind, propagationPolicyKind } from '@flotilla/sdk'
import { configMapKind, deploymentKind, podKind } from '../kinds.ts'
import { configMap, deployment, imageOverride, policy } from './workload.ts'

/** Where operations happen: a fleet with two members. */
export interface Place {
  readonly client: Client
  readonly members: Readonly<Record<'member1' | 'member2', Client>>
}

/** Something a user does, to each of some templates or to what is about all of them. */
export interface Operation {
  readonly title: string
  run(place: Place, names: readonly string[]): Promise<unknown>
}

const both = ['member1', 'member2']
const key = (name: string) => ({ namespace: 'default', name })

const each = (title: string, step: (place: Place, name: string) => Promise<unknown>): Operation => ({
  title,
  run: (place, names) => Promise.all(names.map((name) => step(place, name))),
})

const patch = <T>(client: Client, kind: Kind<T>, name: string, body: object) =>
  client.patch(kind, kind.scope === 'Namespaced' ? key(name) : { name }, { type: 'merge', body })

const placedOn = (clusterNames: readonly string[]) => ({ spec: { placement: { clusterAffinity: { clusterNames } } } })

const withImage = (name: string, image: string) => {
  const { spec } = deployment(name, false) as Manifest & { spec: { template: { spec: { containers: object[] } } } }
  const containers = spec.template.spec.containers.map((container) => ({ ...container, image }))
  return { spec: { template: { spec: { containers } } } }
}

async function replacePod({ members: { member1 } }: Place, name: string): Promise<void> {
  const { items } = await member1.list(podKind, { namespace: 'default', labelSelector: `app=${name}` })
  await Promise.all(items.map(({ metadata }) => member1.delete(podKind, key(metadata.name))))
}

/** What users do all day, in an order in which each finds what it needs. */
export const operations: readonly Operation[] = [
  each('a policy, before there is anything to propagate', ({ client }, name) =>
    client.create(propagationPolicyKind, policy(name, both, false) as never),
  ),
  each('a Deployment that a policy selects', ({ client }, name) =>
    client.create(deploymentKind, deployment(name, false)),
  ),
  each('a Deployment with a ConfigMap it needs, and their policy', async ({ client }, name) => {
    await client.create(configMapKind, configMap(`${name}-dep`))
    await client.create(propagationPolicyKind, policy(`${name}-dep`, both, true) as never)
    await client.create(deploymentKind, deployment(`${name}-dep`, true))
  }),
  each('another label on a template', ({ client }, name) =>
    patch(client, deploymentKind, name, { metadata: { labels: { tier: 'web' } } }),
  ),
  each('another image', ({ client }, name) =>
    patch(client, deploymentKind, name, withImage(name, 'registry.example.com/bench/main:2.0.0')),
  ),
  each('another number of replicas', ({ client }, name) =>
    patch(client, deploymentKind, name, { spec: { replicas: 2 } }),
  ),
  each('a ConfigMap that a Deployment needs has other data', ({ client }, name) =>
    patch(client, configMapKind, `${name}-dep`, { data: { greeting: 'good morning' } }),
  ),
  each('a Deployment that needs a ConfigMap is deleted', ({ client }, name) =>
    client.delete(deploymentKind, key(`${name}-dep`)),
  ),
  each('a status of a template, which is not its author’s to say', ({ client }, name) =>
    client.patch(
      deploymentKind,
      key(name),
      { type: 'merge', body: { status: { replicas: 9 } } },
      { subresource: 'status' },
    ),
  ),
  each('a pod in one member is replaced', replacePod),
  each('somebody changes the object in one member', ({ members: { member1 } }, name) =>
    patch(member1, deploymentKind, name, { spec: { replicas: 5 } }),
  ),
  each('a label on a policy', ({ client }, name) =>
    patch(client, propagationPolicyKind, name, { metadata: { labels: { team: 'web' } } }),
  ),
  each('a policy resolves conflicts otherwise', ({ client }, name) =>
    patch(client, propagationPolicyKind, name, { spec: { conflictResolution: 'Overwrite' } }),
  ),
  each('a placement with one cluster less', ({ client }, name) =>
    patch(client, propagationPolicyKind, name, placedOn(['member1'])),
  ),
  each('a placement with one cluster more', ({ client }, name) =>
    patch(client, propagationPolicyKind, name, placedOn(both)),
  ),
  {
    title: 'an override policy that is about all of them',
    run: ({ client }, names) => client.create(overridePolicyKind, imageOverride(names, 'mirror.example.com')),
  },
  {
    title: 'that override policy says something else',
    run: ({ client }, names) =>
      patch(client, overridePolicyKind, imageOverride(names, '').metadata.name, {
        spec: imageOverride(names, 'other.example.com').spec,
      }),
  },
  {
    title: 'a label on a cluster',
    run: ({ client }, [tier]) => patch(client, clusterKind, 'member1', { metadata: { labels: { tier } } }),
  },
  each('a Deployment is deleted', ({ client }, name) => client.delete(deploymentKind, key(name))),
]
