import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createClient, createDiscovery, type ServedKind } from '@flotilla/kube'
import { groupOf, type Log, type Manifest, versionOf } from '@flotilla/sdk'
import { resourceOf } from './snapshot.ts'

/** The resources an embedded server serves by itself. */
async function builtIn(log: Log): Promise<ReadonlySet<string>> {
  const server = await createApiServer({ name: 'built-in', storage: memoryStorage(), log })
  try {
    const client = createClient(inProcessTransport(server, { name: 'flotilla-plan', groups: [masters] }))
    return new Set((await createDiscovery(client).kinds()).map(resourceOf))
  } finally {
    await server.close()
  }
}

/** Who asks for a name in a group of Kubernetes has to say that nobody approved of it. */
const unapproved = { 'api-approved.kubernetes.io': 'unapproved, serves a plan alone' }

const anything = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }

function definitionOf(name: string, versions: readonly [ServedKind, ...ServedKind[]]): Manifest {
  const [{ apiVersion, kind, plural, scope }] = versions
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: unapproved },
    spec: {
      group: groupOf(apiVersion),
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope,
      versions: versions.map((version, index) => ({
        name: versionOf(version.apiVersion),
        served: true,
        storage: index === 0,
        schema: anything,
        subresources: { status: {} },
      })),
    },
  }
}

/**
 * Definitions of the kinds that only the other server knows: one of Kubernetes itself serves more than the embedded one.
 * Their objects are taken as they are, for their rules are not known here. `defined` are kinds that have a definition.
 */
export async function foreignDefinitions(
  kinds: readonly ServedKind[],
  defined: ReadonlySet<string>,
  log: Log,
): Promise<readonly Manifest[]> {
  const known = await builtIn(log)
  const foreign = kinds.filter((kind) => groupOf(kind.apiVersion) !== '' && !known.has(resourceOf(kind)))
  return [...Map.groupBy(foreign, resourceOf)].flatMap(([name, [first, ...rest]]) =>
    first && !defined.has(name) ? [definitionOf(name, [first, ...rest])] : [],
  )
}
