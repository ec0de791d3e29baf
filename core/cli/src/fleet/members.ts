import { readdirSync } from 'node:fs'
import { type Authority, masters } from '@flotilla/apiserver'
import {
  admit,
  type Client,
  type Cluster,
  clusterKind,
  definePlugin,
  type Log,
  type Manifest,
  member,
  on,
  type Plugin,
  reasonOf,
} from '@flotilla/sdk'
import { faultAnnotation, type Line, readFault } from '@flotilla/simulator'
import type { KubeconfigContext } from './kubeconfig.ts'

const usual = 3

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `member${index + 1}`)

/** The names of the simulated members: so many, or those a directory has from before, or three in a new one. */
export function memberNames(dataDir: string, count?: number): readonly string[] {
  if (count !== undefined) return numbered(count)
  const files = readdirSync(dataDir)
  if (!files.includes('flotilla.db')) return numbered(usual)
  return numbered(files.filter((file) => /^member\d+\.db$/.test(file)).length)
}

interface Reachable {
  readonly name: string
  readonly client: Client
  readonly line: Line
}

const faultField = `metadata.annotations[${faultAnnotation}]`

/** What somebody says is wrong with a member that cannot be. */
function wrongFault({ operation, manifest }: admit.Admission): admit.Denial | undefined {
  const text = operation === 'DELETE' || manifest.kind !== clusterKind.kind ? '' : faultOf(manifest)
  try {
    readFault(text)
    return undefined
  } catch (error) {
    const causes = [{ reason: 'FieldValueInvalid', message: reasonOf(error), field: faultField }]
    return { code: 422, reason: 'Invalid', message: `${faultField}: ${reasonOf(error)}`, causes }
  }
}

const faultOf = ({ metadata }: Manifest): string => metadata.annotations?.[faultAnnotation] ?? ''

/** What is wrong with a member from now on. What cannot be read came in before there was anybody to refuse it. */
function setFault({ line, name }: Reachable, text: string, log: Log): void {
  try {
    line.set(readFault(text))
    if (text) log.info('a simulated member has a fault', { cluster: name, fault: text })
  } catch (error) {
    log.warn('a fault of a simulated member cannot be read', { cluster: name, error })
  }
}

/**
 * The plugin that connects to members in this process, over lines that are as good as annotations of their Clusters say.
 * They have no secret: nobody else can reach them this way.
 */
export function simulatedMembers(members: readonly Reachable[]): Plugin {
  const known = new Map(members.map((each) => [each.name, each]))
  return definePlugin({
    name: 'simulated-members',
    extensions({ store, log, signal }) {
      const stop = store(clusterKind).listen(({ before, after }) => {
        const member = known.get((after ?? before)?.metadata.name ?? '')
        const text = after ? faultOf(after) : ''
        if (member && text !== (before ? faultOf(before) : '')) setFault(member, text, log)
      })
      signal.addEventListener('abort', stop, { once: true })
      return [
        on(admit.refuse, wrongFault),
        on(member.connect, ({ cluster }) =>
          cluster.spec.secretRef ? undefined : known.get(cluster.metadata.name)?.client,
        ),
      ]
    },
  })
}

/**
 * How users are led to simulated members, which have no secrets: as the control plane itself, which may speak for everyone
 * in all servers of the listener.
 */
export async function passageToSimulated(authority: Authority, members: readonly Pick<Reachable, 'name'>[]) {
  const names = new Set(members.map(({ name }) => name))
  const identity = await authority.client('proxy', { name: 'system:flotilla', groups: [masters] })
  return ({ metadata: { name }, spec: { secretRef, apiEndpoint: server } }: Cluster) =>
    names.has(name) && !secretRef && server ? { server, ca: authority.ca, identity } : undefined
}

const clusterOf = ({ name, server }: KubeconfigContext): Cluster => ({
  apiVersion: clusterKind.apiVersion,
  kind: clusterKind.kind,
  metadata: { name },
  spec: {
    syncMode: 'Push',
    apiEndpoint: server,
    provider: 'simulated',
    region: `region-${name.slice('member'.length)}`,
  },
})

/** Registers the simulated members. Those that are known keep what users said of them, at the address of today. */
export async function ensureMembers(client: Client, contexts: readonly KubeconfigContext[]): Promise<void> {
  for (const context of contexts) {
    const known = await client.get(clusterKind, { name: context.name })
    if (!known) await client.create(clusterKind, clusterOf(context))
    else if (!known.spec.secretRef && known.spec.apiEndpoint !== context.server) {
      await client.patch(
        clusterKind,
        { name: context.name },
        { type: 'merge', body: { spec: { apiEndpoint: context.server } } },
      )
    }
  }
}
