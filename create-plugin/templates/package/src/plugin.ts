import { definePlugin, interpret, type Json, type Manifest, on } from '@flotilla/sdk'

type Counts = { readonly replicas?: number; readonly readyReplicas?: number }

/** What is looked at in an object of the kind. */
interface Workload extends Manifest {
  readonly spec?: { readonly replicas?: number }
  readonly status?: Counts
}

const isOurs = (manifest: Manifest): manifest is Workload =>
  manifest.apiVersion === '{{apiVersion}}' && manifest.kind === '{{kind}}'

const wanted = ({ spec }: Workload): number => spec?.replicas ?? 1

const isReady = (workload: Workload): boolean =>
  workload.status !== undefined && (workload.status.readyReplicas ?? 0) >= wanted(workload)

/** What of a status is worth collecting. */
const counts = (status: Counts): Json =>
  Object.fromEntries(
    (['replicas', 'readyReplicas'] as const).flatMap((name) => {
      const count = status[name]
      return count === undefined ? [] : [[name, count]]
    }),
  )

const sum = (statuses: readonly Counts[], name: keyof Counts): number =>
  statuses.reduce((total, status) => total + (status[name] ?? 0), 0)

export const plugin = definePlugin({
  name: '{{name}}',
  extensions: () => [
    on(interpret.replicas, ({ manifest }) => (isOurs(manifest) ? { replicas: wanted(manifest) } : undefined)),
    on(interpret.reviseReplicas, ({ manifest, replicas }) =>
      isOurs(manifest) ? { ...manifest, spec: { ...manifest.spec, replicas } } : undefined,
    ),
    on(interpret.health, ({ manifest }) => {
      if (!isOurs(manifest)) return undefined
      return isReady(manifest) ? 'Healthy' : 'Unhealthy'
    }),
    on(interpret.status, ({ manifest }) => {
      if (!isOurs(manifest)) return undefined
      return manifest.status ? { status: counts(manifest.status) } : {}
    }),
    on(interpret.aggregate, ({ template, items }) => {
      if (!isOurs(template)) return undefined
      const statuses = items.map(({ status }) => (status ?? {}) as Counts)
      const status = { replicas: sum(statuses, 'replicas'), readyReplicas: sum(statuses, 'readyReplicas') }
      return { ...template, status }
    }),
  ],
})
