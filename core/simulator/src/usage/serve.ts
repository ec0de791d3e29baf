import { type ApiServer, type Delegate, inProcessTransport, type Request } from '@flotilla/apiserver'
import { createClient } from '@flotilla/kube'
import { ApiError, type Client, type Kind, type Manifest, type Status } from '@flotilla/sdk'
import { type Node, nodeKind } from '../api/node.ts'
import { type Pod, podKind } from '../api/pod.ts'
import { daemonSetKind, deploymentKind, jobKind, replicaSetKind, statefulSetKind } from '../api/workloads.ts'
import { isDown } from '../node/health.ts'
import { simulatorUser } from '../user.ts'
import { type Meter, meterOf } from './meter.ts'
import { nodeMetrics, podMetrics } from './metrics.ts'

const groupVersion = 'metrics.k8s.io/v1beta1'
const root = `/apis/${groupVersion}`

const verbs = ['get', 'list']
const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs },
  ],
}

const workloads = [replicaSetKind, deploymentKind, statefulSetKind, daemonSetKind, jobKind] as const

/** What is asked for: of nodes, or of pods of a namespace or of all; of one that has a name, or of those that are selected. */
interface Question {
  readonly of: 'nodes' | 'pods'
  readonly namespace?: string
  readonly name?: string
  readonly query: Request['query']
}

const failure = (code: number, reason: string, message: string): ApiError =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message } as Status)

const notServed = failure(404, 'NotFound', 'the server could not find the requested resource')
const notAllowed = failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')

const paths =
  /^\/apis\/metrics\.k8s\.io\/v1beta1\/(?:nodes|(?:namespaces\/(?<namespace>[^/]+)\/)?pods)(?:\/(?<name>[^/]+))?$/

const isRead = ({ method, query }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') && query.watch === undefined

function questionOf(request: Request): Question {
  const { path, query } = request
  const found = paths.exec(path)
  if (!found) throw notServed
  if (!isRead(request)) throw notAllowed
  const { namespace, name } = found.groups ?? {}
  const of = path.startsWith(`${root}/nodes`) ? 'nodes' : 'pods'
  return { of, query, ...(namespace && { namespace }), ...(name && { name }) }
}

/** Those a question is about. */
async function asked<T extends Manifest>(client: Client, kind: Kind<T>, question: Question): Promise<readonly T[]> {
  const { namespace, name, query } = question
  const { labelSelector, fieldSelector } = query
  if (name === undefined) {
    const where = { ...(namespace && { namespace }), ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) } // biome-ignore format: one line
    return (await client.list(kind, where)).items
  }
  const found = await client.get(kind, { ...(namespace && { namespace }), name })
  return found ? [found] : []
}

/** All that say something of what pods use, in a namespace or in all. */
async function measuring(
  client: Client,
  namespace?: string,
): Promise<{ readonly pods: readonly Pod[]; readonly meter: Meter }> {
  const where = namespace ? { namespace } : {}
  const [pods, ...owners] = await Promise.all([
    client.list(podKind, where),
    ...workloads.map((kind) => client.list<Manifest>(kind, where)),
  ])
  return { pods: pods.items, meter: meterOf(pods.items, owners.flatMap(({ items }) => items)) } // biome-ignore format: one line
}

async function ofPods(client: Client, question: Question, now: Date): Promise<readonly Manifest[]> {
  const [pods, { meter }] = await Promise.all([asked(client, podKind, question), measuring(client, question.namespace)])
  return pods.flatMap((pod) => {
    const containers = meter(pod)
    return containers.length > 0 ? [podMetrics(pod, containers, now)] : []
  })
}

async function ofNodes(client: Client, question: Question, now: Date): Promise<readonly Manifest[]> {
  const [nodes, { pods, meter }] = await Promise.all([asked<Node>(client, nodeKind, question), measuring(client)])
  const onNode = Map.groupBy(pods, ({ spec }) => spec.nodeName)
  return nodes
    .filter((node) => !isDown(node))
    .map((node) => nodeMetrics(node, (onNode.get(node.metadata.name) ?? []).map(meter), now))
}

const kinds = { pods: 'PodMetrics', nodes: 'NodeMetrics' } as const

function answerTo({ of, namespace, name }: Question, found: readonly Manifest[]): object {
  if (name === undefined) return { kind: `${kinds[of]}List`, apiVersion: groupVersion, metadata: {}, items: found }
  const [one] = found
  if (one) return one
  const whole = namespace ? `${namespace}/${name}` : name
  throw failure(404, 'NotFound', `${kinds[of].toLowerCase()}.metrics.k8s.io "${whole}" not found`)
}

/**
 * `metrics.k8s.io` for the option `groups` of a cluster's API server: what nodes and pods are said to use. It is found out
 * when it is asked for, and costs nothing else.
 */
export function simulatedMetrics(server: () => ApiServer, now = () => new Date()): Readonly<Record<string, Delegate>> {
  async function measured(question: Question): Promise<object> {
    const client = createClient(inProcessTransport(server(), simulatorUser))
    const found = await (question.of === 'pods' ? ofPods : ofNodes)(client, question, now())
    return answerTo(question, found)
  }
  const delegate: Delegate = async (request) => {
    try {
      return { code: 200, body: request.path === root ? resources : await measured(questionOf(request)) }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return { code: error.code, body: error.status }
    }
  }
  return { [groupVersion]: delegate }
}
