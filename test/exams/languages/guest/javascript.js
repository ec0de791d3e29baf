// The interpreter for the sandbox of JavaScript: a module of its own, that imports nothing.
const counters = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas']

const withoutZeros = (counts) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count))

export function interpretReplicas({ manifest: { spec } }) {
  const [{ resources: { requests } = {} } = {}] = spec.template?.spec?.containers ?? []
  return { replicas: spec.replicas ?? 0, ...(requests && { requirements: { resourceRequest: requests } }) }
}

export const interpretReviseReplicas = ({ manifest, replicas }) => ({
  ...manifest,
  spec: { ...manifest.spec, replicas },
})

export function interpretRetain({ desired, observed }) {
  if (desired.metadata.labels?.['resourcetemplate.karmada.io/retain-replicas'] !== 'true') return desired
  return { ...desired, spec: { ...desired.spec, replicas: observed.spec.replicas } }
}

export function interpretStatus({ manifest: { metadata, status } }) {
  if (!status) return {}
  const { observedGeneration } = status
  const resourceTemplateGeneration = Number(metadata.annotations?.['resourcetemplate.karmada.io/generation'] ?? 0)
  const counted = Object.fromEntries(counters.map((name) => [name, status[name]]))
  const { generation } = metadata
  return { status: withoutZeros({ generation, resourceTemplateGeneration, observedGeneration, ...counted }) }
}

export function interpretHealth({ manifest: { metadata, spec, status = {} } }) {
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0 } = status
  const isSeen = observedGeneration === (metadata.generation ?? 0)
  const isThere = updatedReplicas >= (spec.replicas ?? 0) && availableReplicas >= updatedReplicas
  return isSeen && isThere ? 'Healthy' : 'Unhealthy'
}

export function interpretAggregate({ template, items }) {
  const { generation = 0 } = template.metadata
  const statuses = items.map(({ status }) => status).filter(Boolean)
  const seen = statuses.filter(
    (each) =>
      (each.observedGeneration ?? 0) >= (each.generation ?? 0) && (each.resourceTemplateGeneration ?? 0) >= generation,
  )
  const sums = counters.map((name) => [name, statuses.reduce((sum, each) => sum + (each[name] ?? 0), 0)])
  const observedGeneration = seen.length === items.length ? generation : template.status?.observedGeneration
  return { ...template, status: withoutZeros({ observedGeneration, ...Object.fromEntries(sums) }) }
}

export function interpretDependencies({ manifest: { metadata, spec } }) {
  const { containers = [], volumes = [], serviceAccountName } = spec.template.spec
  const found = [
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map((from) => ['ConfigMap', from.configMapRef?.name])),
    ...volumes.map(({ secret }) => ['Secret', secret?.secretName]),
    ['ServiceAccount', serviceAccountName === 'default' ? undefined : serviceAccountName],
  ]
  return found
    .filter(([, name]) => name)
    .map(([kind, name]) => ({ apiVersion: 'v1', kind, namespace: metadata.namespace, name }))
}
