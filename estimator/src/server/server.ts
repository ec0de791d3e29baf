import { FlotillaError, type Log, reasonOf } from '@flotilla/sdk'
import { Server, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import { service } from '../wire/service.ts'
import type { Answers } from './answers.ts'
import { type ServerIdentity, serverCredentials } from './credentials.ts'

export interface EstimatorServerOptions {
  readonly answers: Answers
  readonly log: Log
  /** By default on every address of the machine. */
  readonly host?: string
  /** 0 is any that is free. */
  readonly port: number
  /** Without it, plaintext. */
  readonly identity?: ServerIdentity
}

/** An estimator that listens. Disposing of it answers what was asked, for a while, and then ends. */
export interface EstimatorServer extends AsyncDisposable {
  readonly port: number
}

/** Longer questions are no questions: the largest binding there can be is a tenth of it. */
const longest = 4 << 20

/** How long questions that are being answered may take when the server ends, in milliseconds. */
const grace = 3_000

/** A question that cannot be answered: who asks is told why. What is nobody's fault but ours is logged, too. */
function refusal(cause: unknown, log: Log) {
  if (cause instanceof FlotillaError)
    return { code: status.INVALID_ARGUMENT, details: `${cause.code}: ${cause.message}` }
  log.error('a question could not be answered', { error: cause })
  return { code: status.INTERNAL, details: reasonOf(cause) }
}

const unary =
  <Request, Response>(answer: (request: Request, signal: AbortSignal) => Promise<Response>, log: Log) =>
  (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
    const asked = new AbortController()
    call.on('cancelled', () => asked.abort())
    answer(call.request, asked.signal).then(
      (response) => reply(null, response),
      (cause: unknown) => reply(refusal(cause, log)),
    )
  }

/** Ends when nothing is being answered any more, at the latest after a while. */
function ended(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown()
      resolve()
    }, grace)
    server.tryShutdown(() => {
      clearTimeout(force)
      resolve()
    })
  })
}

/** Answers schedulers, Karmada's or Flotilla's. */
export async function startEstimatorServer(options: EstimatorServerOptions): Promise<EstimatorServer> {
  const { answers, log, host = '0.0.0.0', port, identity } = options
  const server = new Server({ 'grpc.max_receive_message_length': longest })
  server.addService(service, {
    MaxAvailableReplicas: unary(answers.replicas, log),
    MaxAvailableComponentSets: unary(answers.sets, log),
    GetUnschedulableReplicas: unary(answers.unschedulable, log),
  })
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:${port}`, serverCredentials(identity), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  )
  return { port: bound, [Symbol.asyncDispose]: () => ended(server) }
}
