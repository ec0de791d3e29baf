import { type ApiEnablement, type Cluster, definePlugin, kindText, on, schedule } from '@flotilla/sdk'
import { objecting, sparing, targetNames } from './refusal.ts'

const reason = 'cluster(s) did not have the API resource'

/** What a cluster serves, by its list of it: read once for each list, not once for each binding. */
const servedKinds = new WeakMap<readonly ApiEnablement[], ReadonlySet<string>>()

const readKinds = (enablements: readonly ApiEnablement[]): ReadonlySet<string> =>
  new Set(
    enablements.flatMap(({ groupVersion, resources = [] }) =>
      resources.map(({ kind }) => kindText({ apiVersion: groupVersion, kind })),
    ),
  )

/** Whether a cluster is known to serve a kind, given as `kindText` writes it. */
export function serves({ status }: Cluster, kind: string): boolean {
  const enablements = status?.apiEnablements
  if (!enablements) return false
  const known = servedKinds.get(enablements)
  if (known) return known.has(kind)
  const kinds = readKinds(enablements)
  servedKinds.set(enablements, kinds)
  return kinds.has(kind)
}

const raise = objecting({ resolvable: false, resolvedBy: ['apis'] })

export const apiEnablement = definePlugin({
  name: 'api-enablement',
  extensions: () => [
    on(schedule.filter, ({ binding, clusters }) => {
      const kind = kindText(binding.spec.resource)
      const refused = raise(clusters, kind, (cluster) => (serves(cluster, kind) ? undefined : reason))
      return sparing(targetNames(binding), refused)
    }),
  ],
})
