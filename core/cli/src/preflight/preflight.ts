import { faultOf } from '@flotilla/kube'
import { ApiError, type Client, errors, FlotillaError, type Kind } from '@flotilla/sdk'
import type { End } from '../join/ends.ts'
import type { ClusterApi } from '../serve/cluster-apis.ts'
import { lacking } from './access.ts'
import { whyRefused } from './credentials.ts'
import { joinNeeds, memberNeeds, type Need, needsOf } from './needs.ts'
import { clustersRole, serveRole } from './roles.ts'
import { isOlder, leastControlPlane, leastMember, type Version, versionOf, versionText } from './version.ts'

/** What has to be so before anything is written. */
export interface Demands {
  readonly least: Version
  readonly needs: readonly Need[]
  /** The ClusterRole that grants what is needed, and the command that makes it, when it is ours. */
  readonly role: string
  readonly maker?: string
}

const maker = 'flotilla serve --print-cluster-roles | kubectl apply -f -'

export const serveDemands = (api: ClusterApi, pullMode: boolean): Demands => ({
  least: leastControlPlane,
  needs: needsOf(api, pullMode),
  role: serveRole,
  maker: api === 'crd' ? maker : maker.replace(' |', ` --cluster-api ${api} |`),
})
export const joinDemands: Demands = { least: leastControlPlane, needs: joinNeeds, role: clustersRole, maker }
export const memberDemands: Demands = { least: leastMember, needs: memberNeeds, role: 'cluster-admin' }

const whoAmIKind: Kind = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
}

/** The user an API server takes us for. */
export async function whoAmI(client: Client, signal: AbortSignal): Promise<string> {
  const { apiVersion, kind } = whoAmIKind
  const review = await client.create(whoAmIKind, { apiVersion, kind, metadata: { name: '' } }, { signal })
  const { userInfo } = review.status as { readonly userInfo: { readonly username: string } } // a SelfSubjectReview has one
  return userInfo.username
}

const isCode = (error: unknown, code: number): boolean => error instanceof ApiError && error.code === code

/** Undefined where a server does not know the question. */
async function unlessUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isCode(error, 404)) return undefined
    throw error
  }
}

/** How a user is named to `kubectl create clusterrolebinding`. */
function subjectOf(user: string): string {
  const [, account] = /^system:serviceaccount:(.+)$/.exec(user) ?? []
  return account === undefined ? `--user=${user}` : `--serviceaccount=${account}`
}

const grantOf = ({ role, maker }: Demands, user: string): string =>
  [
    ...(maker === undefined ? [] : [maker]),
    `kubectl create clusterrolebinding ${role}-${user.replace(/^system:serviceaccount:/, '').replace(/[^a-z0-9]+/gi, '-')} --clusterrole=${role} ${subjectOf(user)}`,
  ].join('; ')

async function checkVersion({ client, identity }: End, { least }: Demands, signal: AbortSignal): Promise<void> {
  const { body } = await client.raw({ path: '/version', signal })
  const { gitVersion = '' } = body as { readonly gitVersion?: string } // version.Info
  const version = versionOf(gitVersion)
  if (version && isOlder(version, least)) throw errors.SERVER_TOO_OLD(identity.server, gitVersion, versionText(least))
}

async function checkRights({ client, identity }: End, demands: Demands, signal: AbortSignal): Promise<void> {
  const user = await unlessUnknown(whoAmI(client, signal))
  const lacks = await unlessUnknown(lacking(client, demands.needs, signal))
  if (!lacks?.length) return
  throw errors.PERMISSIONS_MISSING(identity.server, user ?? 'us', lacks.join('; '), grantOf(demands, user ?? 'USER'))
}

/**
 * Looks whether an API server can be worked with, before anything is written: it answers, is who we think and new enough,
 * knows us, and lets us do what we have to. Throws one error that says all that is missing, and how to come by it.
 */
export async function preflight(end: End, demands: Demands, signal: AbortSignal): Promise<void> {
  try {
    await checkVersion(end, demands, signal)
    await checkRights(end, demands, signal)
  } catch (error) {
    const { server, credentials } = end.identity
    if (isUnreachable(error))
      throw errors.SERVER_UNREACHABLE(server, new Error(adviceOf(error.cause), { cause: error.cause }))
    if (!isCode(error, 401) && !isNobody(error)) throw error
    throw errors.CREDENTIALS_REFUSED(server, whyRefused((await credentials?.(false)) ?? {}, new Date()), error)
  }
}

const isUnreachable = (error: unknown): error is FlotillaError =>
  error instanceof FlotillaError && error.code === 'SERVER_UNREACHABLE'

/** What went wrong on the way, and where to look when it is the kubeconfig. */
function adviceOf(cause: unknown): string {
  const fault = faultOf(cause)
  return fault.includes('no authority')
    ? `${fault}; is its CA what the kubeconfig has as certificate-authority?`
    : fault
}

/** Whoever is known may ask what he may do: who may not is known to nobody. */
const isNobody = (error: unknown): boolean =>
  isCode(error, 403) && error instanceof ApiError && error.message.includes('system:anonymous')
