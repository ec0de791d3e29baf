import type { ContainerStatus } from '../builtin/pod-status.ts'
import type { Pod } from '../builtin/pods.ts'
import type { Kubelet, Line } from '../kubelet.ts'
import { isTrue, type Request, type TextAnswer } from '../request.ts'
import { cause } from '../schema/causes.ts'
import { refusal } from '../status.ts'
import type { Address } from '../store/change.ts'
import type { Objects } from '../store/objects.ts'
import { addressOf, type Call } from '../target.ts'
import { find } from './read.ts'

/** Which lines, and how they are printed. */
interface Options {
  readonly previous: boolean
  readonly follow: boolean
  readonly timestamps: boolean
  /** Of what is there at first. */
  readonly tail: number
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly since: number
}

const asKind = { group: '', kind: 'PodLogOptions' } as const

/** A whole number of at least `least`; without one, `missing`. Throws 422. */
const numberOf = ({ query }: Request, field: string, least: number, missing: number): number => {
  const text = query[field]
  if (!text) return missing
  const value = Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw refusal.invalid(asKind, '', [cause.invalid(field, text, `must be greater than or equal to ${least}`)])
}

const sinceOf = (request: Request, now: Date): number => {
  const { sinceTime } = request.query
  if (sinceTime && request.query.sinceSeconds) {
    const wrong = 'at most one of `sinceTime` or `sinceSeconds` may be specified'
    throw refusal.invalid(asKind, '', [cause.forbidden('', wrong)])
  }
  const time = sinceTime ? Date.parse(sinceTime) : now.getTime()
  if (Number.isNaN(time)) throw refusal.badRequest(`invalid sinceTime "${sinceTime}"`)
  const seconds = numberOf(request, 'sinceSeconds', 1, 0)
  return sinceTime ? time : seconds > 0 ? time - seconds * 1000 : 0
}

const optionsOf = (request: Request, now: Date): Options => ({
  previous: isTrue(request.query.previous),
  follow: isTrue(request.query.follow),
  timestamps: isTrue(request.query.timestamps),
  tail: numberOf(request, 'tailLines', 0, Number.POSITIVE_INFINITY),
  bytes: numberOf(request, 'limitBytes', 1, Number.POSITIVE_INFINITY),
  since: sinceOf(request, now),
})

const favourite = 'kubectl.kubernetes.io/default-container'

/** The container that is asked for, or the only one. Throws 400. */
const containerOf = ({ metadata, spec }: Pod, asked: string | undefined): string => {
  const names = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].map(
    ({ name }) => name,
  )
  const wanted = asked || metadata.annotations?.[favourite] || (names.length === 1 ? names[0] : undefined)
  if (wanted === undefined) {
    const own = spec.containers.map(({ name }) => name).join(' ')
    throw refusal.badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${own}]`)
  }
  if (names.includes(wanted)) return wanted
  throw refusal.badRequest(`container ${wanted} is not valid for pod ${metadata.name}`)
}

const statusOf = ({ status }: Pod, container: string): ContainerStatus | undefined =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    ({ name }) => name === container,
  )

/** Throws 400 for a container that has written nothing because it has not run. */
const checkRan = (pod: Pod, container: string, previous: boolean): void => {
  const { name } = pod.metadata
  const { state, lastState } = statusOf(pod, container) ?? {}
  if (previous && !lastState?.terminated) {
    throw refusal.badRequest(`previous terminated container "${container}" in pod "${name}" not found`)
  }
  if (state?.running || state?.terminated || lastState?.terminated) return
  const why = state?.waiting?.reason ?? 'ContainerCreating'
  throw refusal.badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`)
}

const hasEnded = (pod: Pod, container: string): boolean =>
  pod.metadata.deletionTimestamp !== undefined || statusOf(pod, container)?.state?.terminated !== undefined

/** Resolves when the object at an address is another one, or at the signal. */
const changed = async (objects: Objects, address: Address, seen: unknown, signal: AbortSignal): Promise<void> => {
  if (signal.aborted || objects.get(address) !== seen) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = objects.listen(({ resource, namespace, name }) => {
    if (resource === address.resource && name === address.name && namespace === address.namespace) resolve()
  })
  const end = () => resolve()
  signal.addEventListener('abort', end, { once: true })
  await promise
  signal.removeEventListener('abort', end)
  stop()
}

const printed = ({ time, text }: Line, timestamps: boolean): string =>
  `${timestamps ? `${time.toISOString()} ` : ''}${text}\n`

/** No more than so many bytes of a text, in whole characters. */
const cut = (text: string, bytes: number): string =>
  Buffer.byteLength(text) <= bytes
    ? text
    : Buffer.from(text)
        .subarray(0, bytes)
        .toString()
        .replace(/\uFFFD$/, '')

/** What is asked about, and whom. */
interface Subject {
  readonly kubelet: Kubelet
  readonly objects: Objects
  readonly address: Address
  readonly container: string
}

async function* lines(subject: Subject, options: Options, signal: AbortSignal): AsyncGenerator<Line> {
  const { kubelet, objects, address, container } = subject
  const { previous, follow, since, tail } = options
  let told = 0
  for (;;) {
    const pod = objects.get(address) as Pod | undefined // its address is a Pod's
    if (!pod) return
    const all = kubelet.log(pod, container, previous)
    const wanted = all.slice(told).filter(({ time }) => time.getTime() >= since)
    yield* told === 0 ? wanted.slice(Math.max(0, wanted.length - tail)) : wanted
    told = all.length
    if (!follow || hasEnded(pod, container)) return
    await changed(objects, address, pod, signal)
    if (signal.aborted) return
  }
}

async function* textOf(subject: Subject, options: Options, signal: AbortSignal): AsyncGenerator<string> {
  let left = options.bytes
  for await (const line of lines(subject, options, signal)) {
    const text = cut(printed(line, options.timestamps), left)
    if (text) yield text
    left -= Buffer.byteLength(text)
    if (left <= 0) return
  }
}

/** GET of a Pod's `log`: what its container has written, and writes until it ends. Throws 400, 404 and 422. */
export const log = (call: Call): TextAnswer => {
  const { engine, request } = call
  const { kubelet, objects } = engine
  const pod = find(call) as Pod
  const options = optionsOf(request, engine.now())
  const container = containerOf(pod, request.query.container)
  if (!pod.spec.nodeName) throw refusal.badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
  checkRan(pod, container, options.previous)
  if (!kubelet) throw refusal.internal(`no kubelet answers for node ${pod.spec.nodeName}`)
  const subject = { kubelet, objects, address: addressOf(call), container }
  return { text: (signal) => textOf(subject, options, signal) }
}
