import {
  type Cluster,
  type ClusterSpec,
  checks,
  chosen,
  clusterKind,
  clusterName,
  definePlugin,
  each,
  edit,
  Field,
  labelValue,
  mutates,
  type Problems,
  present,
  type SecretReference,
  type Taint,
  timestamp,
  type Write,
  written,
} from '@flotilla/sdk'
import { defaultModels, type Models, modelProblems, standardModels } from './resource-models.ts'
import { taintProblems } from './taint.ts'

/** From when a taint drives out what does not tolerate it: tolerations are counted from there. */
const stamped =
  (now: Date) =>
  (taint: Taint): Taint =>
    taint.effect === 'NoExecute' && !taint.timeAdded ? { ...taint, timeAdded: timestamp(now) } : taint

/** The one zone of old is a list of one. */
function zoned(spec: ClusterSpec): ClusterSpec {
  const field = new Field('', spec)
  const zone = field.at('zone').value
  if (!zone || field.at('zones').items().length > 0) return spec
  const { zone: _, ...rest } = spec
  return { ...rest, zones: [zone] }
}

const areModels = (models: Models): boolean =>
  Array.isArray(models) && models.every((model) => typeof model === 'object' && model !== null)

function modelled(models: Models | undefined, isNew: boolean): Models | undefined {
  if (models === undefined || models.length === 0) return isNew ? defaultModels : models
  return areModels(models) ? standardModels(models) : models
}

/** A cluster as it is stored. */
export const completeCluster = ({ manifest, operation }: Write<Cluster>, now: Date): Cluster =>
  edit(manifest, 'spec', (spec) => {
    const tainted = edit(spec, 'taints', (taints) => each(taints, stamped(now)))
    return edit(zoned(tainted), 'resourceModels', (models) => modelled(models, operation === 'CREATE'))
  })

function* endpointProblems(endpoint: Field<string | undefined>): Problems {
  if (!endpoint.value) return
  const url = URL.canParse(endpoint.value) ? new URL(endpoint.value) : undefined
  if (!url?.host) {
    yield endpoint.invalid('must be a URL with a host, such as "https://10.0.0.1:6443"')
  } else if (url.username || url.password || url.search || url.hash) {
    yield endpoint.invalid('must be a URL without user, query and fragment')
  }
}

function* proxyProblems(proxy: Field<string | undefined>): Problems {
  if (!proxy.value) return
  const { protocol = '', host = '' } = URL.canParse(proxy.value) ? new URL(proxy.value) : {}
  if (!['http:', 'https:', 'socks5:'].includes(protocol) || !host) {
    yield proxy.invalid('must be a URL whose scheme is http, https or socks5')
  }
}

function* secretProblems(secret: Field<SecretReference | undefined>): Problems {
  if (secret.value === undefined) return
  yield* present(secret.at('namespace'))
  yield* present(secret.at('name'))
}

/** What a cluster says that it cannot be. */
export function* clusterProblems({ manifest }: Write<Cluster>): Problems {
  const cluster = new Field('', manifest)
  const spec = cluster.at('spec')
  const [zone, zones] = [spec.at('zone'), spec.at('zones')]
  yield* written(cluster.at('metadata').at('name'), clusterName)
  yield* chosen(spec.at('syncMode'), ['Push', 'Pull'])
  yield* endpointProblems(spec.at('apiEndpoint'))
  yield* proxyProblems(spec.at('proxyURL'))
  yield* secretProblems(spec.at('secretRef'))
  yield* secretProblems(spec.at('impersonatorSecretRef'))
  for (const name of [spec.at('provider'), spec.at('region'), zone, ...zones.items()]) yield* written(name, labelValue)
  if (zone.value && zones.items().length > 0) yield zone.forbidden('cannot stand beside zones; keep zones')
  yield* taintProblems(spec.at('taints').items())
  yield* modelProblems(spec.at('resourceModels'))
}

export const cluster = definePlugin({
  name: 'cluster-admission',
  extensions: ({ now }) => [
    mutates([clusterKind], (write) => completeCluster(write, now())),
    checks([clusterKind], clusterProblems),
  ],
})
