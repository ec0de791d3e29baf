import type { Manifest } from '@flotilla/sdk'
import { attributesOf } from '../access/attributes.ts'
import { checkAllowed } from '../authorization.ts'
import type { ContainerStatus } from '../builtin/pod-status.ts'
import type { Pod } from '../builtin/pods.ts'
import { isDryRun } from '../dry-run.ts'
import type { Kubelet } from '../kubelet.ts'
import { isTrue, type Request, type SessionAnswer } from '../request.ts'
import type { ProcessSession, Session } from '../session/session.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import { addressOf, type Call } from '../target.ts'
import { find } from './read.ts'

/** Who may only read may not do this, though a WebSocket asks for it with GET. Throws 403. */
const checkCreate = async ({ engine, request }: Call): Promise<void> => {
  if (!engine.access || request.method === 'POST') return
  await checkAllowed(engine.access.authorize, { ...attributesOf(request), verb: 'create' })
}

const allContainers = ({ spec }: Pod): readonly string[] =>
  [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].map(({ name }) => name)

/** The container that is asked for, or the only one. Throws 400. */
const containerOf = (pod: Pod, asked: string | undefined): string => {
  const { name } = pod.metadata
  const all = allContainers(pod)
  const [only, ...others] = pod.spec.containers
  if (asked && all.includes(asked)) return asked
  if (asked) throw refusal.badRequest(`container ${asked} is not valid for pod ${name}`)
  if (only && others.length === 0) return only.name
  throw refusal.badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`)
}

const statusOf = ({ status }: Pod, container: string): ContainerStatus | undefined =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    ({ name }) => name === container,
  )

const isRunning = (pod: Pod, container: string): boolean => statusOf(pod, container)?.state?.running !== undefined

/** The kubelet of a Pod's node. Throws 400 when it has none, 404 when the node is not there. */
const kubeletOf = (call: Call, { metadata, spec: { nodeName } }: Pod): Kubelet => {
  const { engine } = call
  if (!nodeName) throw refusal.badRequest(`pod ${metadata.name} does not have a host assigned`)
  if (!engine.objects.get({ resource: 'nodes', namespace: '', name: nodeName }))
    throw refusal.notFound(call.served, nodeName) // it is a node, which a kube-apiserver calls a pod here
  if (!engine.kubelet) throw refusal.internal(`no kubelet answers for node ${nodeName}`)
  return engine.kubelet
}

/** How long a Pod is there, or a container of it runs. */
const lastingOf = (objects: Objects, call: Call, { metadata: { uid } }: Pod, container?: string) => {
  const gone = new AbortController()
  const address = addressOf(call)
  const isThere = (object: Manifest | undefined): boolean =>
    object?.metadata.uid === uid && (container === undefined || isRunning(object as Pod, container)) // it is the Pod
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const stop = objects.listen(({ resource, namespace, name }) => {
    if (resource !== address.resource || name !== address.name || namespace !== address.namespace) return
    if (!isThere(objects.get(address))) gone.abort(new Error('the pod is gone'))
  })
  void ended.then(stop)
  return { gone: gone.signal, end: resolve, ended }
}

const optionsOf = ({ query, search }: Request) => ({
  stdin: isTrue(query.stdin),
  stdout: isTrue(query.stdout),
  stderr: isTrue(query.stderr),
  tty: isTrue(query.tty),
  command: search?.getAll('command') ?? [],
})

type Run = (kubelet: Kubelet, pod: Pod, container: string, command: readonly string[]) => ProcessSession['run']

const runs: Readonly<Record<string, readonly [doing: string, run: Run]>> = {
  exec: [
    'executing command in container',
    (kubelet, pod, container, command) => (console, signal) => kubelet.exec(pod, container, command, console, signal),
  ],
  attach: [
    'attaching to container',
    (kubelet, pod, container) => (console, signal) => kubelet.attach(pod, container, console, signal),
  ],
}

/** The session with a process. Throws 400 for what cannot be one, and 500 as a kubelet does. */
const processOf = (call: Call, pod: Pod, [doing, run]: readonly [string, Run]): Session => {
  const { request, engine } = call
  const container = containerOf(pod, request.query.container)
  const kubelet = kubeletOf(call, pod)
  if (!request.upgrade) throw refusal.badRequest('Upgrade request required')
  const { command, stderr, ...streams } = optionsOf(request)
  if (!streams.stdin && !streams.stdout && !stderr)
    throw refusal.badRequest('you must specify at least 1 of stdin, stdout, stderr')
  if (!isRunning(pod, container))
    throw refusal.internal(`unable to upgrade connection: container not found ("${container}")`)
  return {
    kind: 'process',
    doing,
    ...streams,
    stderr: stderr && !streams.tty, // a terminal has one way out
    run: run(kubelet, pod, container, command),
    ...lastingOf(engine.objects, call, pod, container),
  }
}

const portsOf = ({ search }: Request): readonly number[] => {
  const texts = (search?.getAll('ports') ?? []).flatMap((each) => each.split(','))
  return texts.map((text) => {
    if (!/^\d+$/.test(text)) {
      throw refusal.badRequest(`cannot convert to []int32: strconv.ParseUint: parsing "${text}": invalid syntax`)
    }
    const port = Number(text)
    if (port > 0 && port < 65_536) return port
    throw refusal.badRequest(`unable to parse "${text}" as a port`)
  })
}

const forwardOf = (call: Call, pod: Pod): Session => {
  const { request, engine } = call
  const kubelet = kubeletOf(call, pod)
  if (!request.upgrade) throw refusal.badRequest('Upgrade request required')
  return {
    kind: 'forward',
    pod: `${pod.metadata.name}, uid ${pod.metadata.uid}`,
    ports: portsOf(request),
    connect: (port, signal) => kubelet.connect(pod, port, signal),
    ...lastingOf(engine.objects, call, pod),
  }
}

const kinds: Readonly<Record<string, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
}

const isSet = ([, value]: readonly [string, unknown]): boolean =>
  Array.isArray(value) ? value.length > 0 : Boolean(value)

/** What is asked for, as webhooks and policies see it. It has no name: it is kept nowhere. */
const askedOf = ({ request, subresource = '' }: Call): Manifest => {
  const { query } = request
  const { command, ...streams } = optionsOf(request)
  const fields =
    subresource === 'portforward'
      ? { ports: portsOf(request) }
      : { ...streams, container: query.container, ...(subresource === 'exec' && { command }) }
  const asked = {
    kind: kinds[subresource],
    apiVersion: 'v1',
    ...Object.fromEntries(Object.entries(fields).filter(isSet)),
  }
  return asked as unknown as Manifest // as far as it is one
}

/** GET and POST of a Pod's `exec`, `attach` and `portforward`: who asks is tied to it. Throws 400, 403, 404 and 500. */
export const connect = async (call: Call): Promise<SessionAnswer> => {
  if (isDryRun(call.request)) throw refusal.badRequest('dryRun is not supported')
  await call.engine.gate.check(call, { operation: 'CONNECT', object: askedOf(call) })
  await checkCreate(call)
  const pod = find(call) as Pod
  const run = runs[call.subresource ?? '']
  return { session: run ? processOf(call, pod, run) : forwardOf(call, pod) }
}
