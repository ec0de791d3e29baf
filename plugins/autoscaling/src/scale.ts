import {
  type Client,
  type CronRule,
  errors,
  type FederatedHpa,
  federatedHpaKind,
  type Kind,
  type ScaleTarget,
  type SuccessfulExecution,
} from '@flotilla/sdk'

/** What was given to the target. */
export type Applied = Omit<SuccessfulExecution, 'scheduleTime' | 'executionTime'>

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string }[]
}

const pathOf = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)

/** The kind of a target, as the API server knows it. Throws when it has no scale. */
async function scaledKind(
  client: Client,
  { apiVersion = 'v1', kind }: ScaleTarget,
  signal: AbortSignal,
): Promise<Kind> {
  const { body } = await client.raw({ path: pathOf(apiVersion), signal })
  const { resources } = body as ResourceList // APIResourceList
  const found = resources.find((each) => each.kind === kind && !each.name.includes('/'))
  const isScaled = found && resources.some(({ name }) => name === `${found.name}/scale`)
  if (!isScaled) throw errors.SCALE_TARGET_WRONG(`${apiVersion} ${kind}`, 'it has no scale')
  return { apiVersion, kind, plural: found.name, scope: 'Namespaced' }
}

/** Gives a FederatedHPA other bounds. */
async function bound(
  client: Client,
  key: { readonly namespace: string; readonly name: string },
  { targetMinReplicas, targetMaxReplicas }: CronRule,
  signal: AbortSignal,
): Promise<Applied> {
  const there: FederatedHpa | undefined = await client.get(federatedHpaKind, key, { signal })
  if (!there) throw errors.SCALE_TARGET_WRONG(`FederatedHPA ${key.namespace}/${key.name}`, 'it is not there')
  const spec = {
    ...(targetMinReplicas !== undefined && { minReplicas: targetMinReplicas }),
    ...(targetMaxReplicas !== undefined && { maxReplicas: targetMaxReplicas }),
  }
  const isSo = Object.entries(spec).every(([field, value]) => there.spec[field as keyof typeof spec] === value)
  if (!isSo) await client.patch(federatedHpaKind, key, { type: 'merge', body: { spec } }, { signal })
  return {
    ...(targetMinReplicas !== undefined && { appliedMinReplicas: targetMinReplicas }),
    ...(targetMaxReplicas !== undefined && { appliedMaxReplicas: targetMaxReplicas }),
  }
}

/** Gives a target what a rule says: bounds to a FederatedHPA, replicas to all else. Nothing is written that is so already. */
export async function apply(
  client: Client,
  target: ScaleTarget & { readonly namespace: string },
  rule: CronRule,
  signal: AbortSignal,
): Promise<Applied> {
  const key = { namespace: target.namespace, name: target.name }
  if (target.apiVersion === federatedHpaKind.apiVersion) return bound(client, key, rule, signal)
  const kind = await scaledKind(client, target, signal)
  const replicas = rule.targetReplicas ?? 0
  await client.patch(kind, key, { type: 'merge', body: { spec: { replicas } } }, { signal, subresource: 'scale' })
  return { appliedReplicas: replicas }
}
