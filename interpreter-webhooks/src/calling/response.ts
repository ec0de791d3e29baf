import { type HttpAnswer, isFields } from '@flotilla/sdk'
import { contextType, type InterpreterResponse } from '../context.ts'

/** Something that came over the wire, short enough for a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}

const firstLineOf = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 200) ?? ''

const textOf = ({ body }: HttpAnswer): string => new TextDecoder().decode(body)

/** The context in a text; undefined when it is none. Karmada's own servers do not say that it is one, nor that it is JSON. */
function contextIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const context: unknown = JSON.parse(text)
    if (!isFields(context)) return undefined
    const { apiVersion = contextType.apiVersion, kind = contextType.kind } = context
    return apiVersion === contextType.apiVersion && kind === contextType.kind ? context : undefined
  } catch {
    return undefined
  }
}

/** What a server says of its failure, in an answer of ours or in words of its own. */
function failureIn(text: string): string {
  const { response } = contextIn(text) ?? {}
  const status = isFields(response) && isFields(response.status) ? response.status : {}
  return typeof status.message === 'string' ? status.message : firstLineOf(text)
}

function checkStatus(answer: HttpAnswer): void {
  const { status, headers } = answer
  if (status >= 200 && status < 300) return
  if (status >= 300 && status < 400)
    throw new Error(`it answered with ${status}, to ask ${headers.location ?? 'elsewhere'}: redirects are not followed`)
  const said = failureIn(textOf(answer))
  throw new Error(`it answered with ${status}${said && `: ${said}`}`)
}

function refusalOf({ status }: Readonly<Record<string, unknown>>): Error {
  if (!isFields(status)) return new Error('it did not succeed, and response.status does not say why')
  const { code = 'no code', message = 'no message' } = status
  return new Error(`it did not succeed (${code}): ${message}`)
}

/** A webhook that was asked in the right way, and does not succeed. */
export class Unsuccessful extends Error {}

/**
 * The response to the question with this uid. What else it has is looked at by who reads it.
 *
 * @throws Error with the reason, when it is none
 */
export function responseIn(answer: HttpAnswer, uid: string): InterpreterResponse {
  checkStatus(answer)
  const text = textOf(answer)
  const context = contextIn(text)
  if (!context) throw new Error(`its answer is not a ${contextType.kind}: ${shown(firstLineOf(text))}`)
  const { response } = context
  if (!isFields(response)) throw new Error('its answer has no response')
  if (response.uid !== uid)
    throw new Error(`response.uid is ${shown(response.uid)}, but the question has ${shown(uid)}`)
  if (response.successful !== true) throw new Unsuccessful(refusalOf(response).message)
  return response as unknown as InterpreterResponse // each field is looked at where it is read
}
