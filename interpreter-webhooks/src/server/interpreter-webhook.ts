import { deepFreeze, kindText, reasonOf } from '@flotilla/sdk'
import type { FastifyError, FastifyPluginAsync } from 'fastify'
import type { ResourceInterpreterContext } from '../context.ts'
import { failed } from './answers.ts'
import type { Interpreted, Question } from './on-interpret.ts'

export interface InterpreterWebhookOptions {
  /** Where it is asked; by default `/`. */
  readonly path?: string
  /** Who answers for which kind. */
  readonly interpreters: readonly Interpreted[]
  /** How long a question may be, in bytes; by default 1 MiB, as with Karmada's servers. */
  readonly bodyLimit?: number
}

const object = { type: 'object', required: ['apiVersion', 'kind', 'metadata'] }

/** What a question has at least. */
const schema = {
  body: {
    type: 'object',
    required: ['request'],
    properties: {
      request: {
        type: 'object',
        required: ['uid', 'operation', 'object'],
        properties: {
          uid: { type: 'string', minLength: 1 },
          operation: { type: 'string' },
          object,
          observedObject: object,
          replicas: { type: 'integer' },
          aggregatedStatus: { type: 'array', items: { type: 'object' } },
        },
      },
    },
  },
}

/** What stands in for the number of a question that none could be read from. */
const noQuestion = { uid: '' }

function byKind(interpreters: readonly Interpreted[]): ReadonlyMap<string, Interpreted> {
  const known = new Map(interpreters.map((interpreted) => [kindText(interpreted), interpreted]))
  if (known.size < interpreters.length) throw new Error('two interpreters are of one kind')
  return known
}

const codeOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined

async function answered(
  known: ReadonlyMap<string, Interpreted>,
  request: Question,
): Promise<ResourceInterpreterContext> {
  const interpreted = known.get(kindText(request.object))
  if (!interpreted) return failed(request, `${kindText(request.object)} is not interpreted here`, 400)
  try {
    return await interpreted.answer(deepFreeze(request))
  } catch (error) {
    return failed(request, reasonOf(error), codeOf(error))
  }
}

/**
 * Answers interpreter questions of Flotilla's and Karmada's control planes. A question is always answered with 200, also when the
 * answer is a failure; what is no question has the status that says why.
 */
export const interpreterWebhook: FastifyPluginAsync<InterpreterWebhookOptions> = async (app, options) => {
  const { path = '/', interpreters, bodyLimit = 2 ** 20 } = options
  const known = byKind(interpreters)
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const code = error.statusCode ?? 500
    return reply.code(code).send(failed(noQuestion, error.message, code))
  })
  app.post<{ Body: { readonly request: Question } }>(path, { schema, bodyLimit }, ({ body }) =>
    answered(known, body.request),
  )
}
