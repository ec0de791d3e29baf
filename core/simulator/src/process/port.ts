import { createServer } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'
import type { Pod } from '../api/pod.ts'

const listens = ({ spec }: Pod, port: number): boolean =>
  spec.containers.some(({ ports = [] }) =>
    ports.some(({ containerPort, protocol = 'TCP' }) => containerPort === port && protocol === 'TCP'),
  )

/** A connection to a port that a container says it has: something there answers HTTP with who it is. Throws where nothing listens. */
export function connect(pod: Pod, port: number): Duplex {
  const { name, namespace } = pod.metadata
  if (pod.status?.phase !== 'Running') throw new Error(`pod ${name} is not running`)
  if (!listens(pod, port)) {
    throw new Error(
      `failed to connect to localhost:${port} inside the pod: connection refused: no container of it has that port`,
    )
  }
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    response.end(`simulated: port ${port} of pod ${namespace}/${name} was asked to ${request.method} ${request.url}\n`)
  })
  const [near, far] = duplexPair()
  server.emit('connection', far)
  return near
}
