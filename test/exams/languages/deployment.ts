import {
  type AggregatedStatusItem,
  annotation,
  type interpret,
  type Json,
  label,
  type Manifest,
  pods,
} from '@flotilla/sdk'

/** What an author knows of Deployments who writes TypeScript: the same words serve the plugin and the webhook. */
export interface Deployment extends Manifest {
  readonly spec?: { readonly replicas?: number; readonly template?: pods.PodTemplate }
  readonly status?: Counts
}

type Counts = Readonly<Record<string, number | undefined>>

const counters = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas']

const withoutZeros = (counts: Counts): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).flatMap(([name, count]) => (count ? [[name, count]] : [])))

export const replicas = ({ spec }: Deployment): interpret.Needs => pods.needs(spec?.replicas ?? 0, spec?.template?.spec)

export const reviseReplicas = (object: Deployment, replicas: number): Deployment => ({
  ...object,
  spec: { ...object.spec, replicas },
})

export function retain(desired: Deployment, observed: Deployment): Deployment {
  const replicas = observed.spec?.replicas
  if (desired.metadata.labels?.[label.retainReplicas] !== 'true' || replicas === undefined) return desired
  return reviseReplicas(desired, replicas)
}

export function status({ metadata, status }: Deployment): Json | undefined {
  if (!status) return undefined
  const { generation, annotations } = metadata
  const { observedGeneration } = status
  const resourceTemplateGeneration = Number(annotations?.[annotation.templateGeneration] ?? 0)
  const counted = Object.fromEntries(counters.map((name) => [name, status[name]]))
  return withoutZeros({ generation, resourceTemplateGeneration, observedGeneration, ...counted })
}

export function isHealthy({ metadata, spec, status = {} }: Deployment): boolean {
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0 } = status
  return (
    observedGeneration === (metadata.generation ?? 0) &&
    updatedReplicas >= (spec?.replicas ?? 0) &&
    availableReplicas >= updatedReplicas
  )
}

export function aggregate(template: Deployment, items: readonly AggregatedStatusItem[]): Deployment {
  const statuses = items.flatMap(({ status }) => (status ? [status as Counts] : [])) // as `status` made it
  const { generation = 0 } = template.metadata
  const seen = statuses.filter(
    ({ observedGeneration = 0, generation: own = 0, resourceTemplateGeneration = 0 }) =>
      observedGeneration >= own && resourceTemplateGeneration >= generation,
  )
  const sum = (name: string) => statuses.reduce((total, counts) => total + (counts[name] ?? 0), 0)
  const sums = Object.fromEntries(counters.map((name) => [name, sum(name)]))
  const observedGeneration = seen.length === items.length ? generation : template.status?.observedGeneration
  return { ...template, status: withoutZeros({ observedGeneration, ...sums }) }
}

export const dependencies = (object: Deployment): readonly interpret.Dependency[] =>
  pods.podDependencies(object, object.spec?.template?.spec)
