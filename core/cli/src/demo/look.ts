import {
  annotation,
  type Binding,
  type Client,
  executionNamespace,
  type Kind,
  type Manifest,
  type OverridePolicy,
  resourceBindingKind,
  workKind,
  workName,
} from '@flotilla/sdk'

export const deploymentKind: Kind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
}

const namespace = 'default'

/** What runs in one cluster, and what is different there. */
export interface Placed {
  readonly cluster: string
  readonly replicas: number
  readonly ready: number
  readonly overridden: string
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

const field = (object: Manifest | undefined, part: 'spec' | 'status', name: string): unknown =>
  (object?.[part] as Readonly<Record<string, unknown>> | undefined)?.[name]

interface Applied {
  readonly policyName: string
  readonly overriders: NonNullable<NonNullable<OverridePolicy['spec']['overrideRules']>[number]>['overriders']
}

/** The overriders that were applied to a Work, one after the other, in a few words. */
export function overridden(work: Manifest | undefined): string {
  const annotations = work?.metadata.annotations ?? {}
  const applied = [annotation.appliedClusterOverrides, annotation.appliedOverrides].flatMap(
    (name) => JSON.parse(annotations[name] ?? '[]') as readonly Applied[], // Flotilla wrote it
  )
  return applied.flatMap(({ overriders }) => words(overriders)).join(', ')
}

const words = (overriders: Applied['overriders']): readonly string[] => [
  ...(overriders.imageOverrider ?? []).map(
    ({ component, value, cel }) => `${component.toLowerCase()} ${value ?? cel ?? 'removed'}`,
  ),
  ...(overriders.commandOverrider ?? []).map(({ value, cel }) => `command ${value?.join(' ') ?? cel}`),
  ...(overriders.argsOverrider ?? []).map(({ value, cel }) => `args ${value?.join(' ') ?? cel}`),
  ...(overriders.labelsOverrider ?? []).map(({ value, cel }) => `labels ${cel ?? pairs(value)}`),
  ...(overriders.annotationsOverrider ?? []).map(({ value, cel }) => `annotations ${cel ?? pairs(value)}`),
  ...(overriders.fieldOverrider ?? []).map(({ fieldPath }) => fieldPath),
  ...(overriders.plaintext ?? []).map(({ path }) => path),
]

const pairs = (map: Readonly<Record<string, string>> = {}): string =>
  Object.entries(map)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')

export const bindingOf = (client: Client, name: string): Promise<Binding | undefined> =>
  client.get(resourceBindingKind, { namespace, name })

export const deploymentOf = (client: Client, name: string): Promise<Manifest | undefined> =>
  client.get(deploymentKind, { namespace, name })

export const readyReplicas = (deployment: Manifest | undefined): number =>
  number(field(deployment, 'status', 'readyReplicas'))

/** What runs where, as the control plane sees it. */
export async function placements(client: Client, binding: Binding, template: Manifest): Promise<readonly Placed[]> {
  const said = new Map(binding.status?.aggregatedStatus?.map((item) => [item.clusterName, item.status]))
  return Promise.all(
    (binding.spec.clusters ?? []).map(async ({ name, replicas = 0 }) => {
      const work = await client.get(workKind, { namespace: executionNamespace(name), name: workName(template) })
      const status = said.get(name) as Readonly<Record<string, unknown>> | undefined
      return { cluster: name, replicas, ready: number(status?.readyReplicas), overridden: overridden(work) }
    }),
  )
}
