import { refusal } from '../status.ts'

/** Where a list goes on: everything after a namespace and name, as it was at a revision. */
export interface Page {
  readonly revision: number
  readonly namespace: string
  readonly name: string
}

/** A page as the opaque text clients hand back. */
export const encodePage = ({ revision, namespace, name }: Page): string =>
  Buffer.from(JSON.stringify([revision, namespace, name])).toString('base64url')

const isPage = (value: unknown): value is [number, string, string] =>
  Array.isArray(value) && Number.isSafeInteger(value[0]) && typeof value[1] === 'string' && typeof value[2] === 'string'

/** Throws 400 for what `encodePage` did not make. */
export const decodePage = (text: string): Page => {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    value = undefined
  }
  if (!isPage(value))
    throw refusal.badRequest('invalid continue token: continue key is not valid: this server did not make it')
  const [revision, namespace, name] = value
  return { revision, namespace, name }
}
