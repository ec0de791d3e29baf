import { reasonOf } from '@flotilla/sdk'
import { parse } from 'yaml'
import { failure } from '../failure.ts'

/** What a client would take that we have: the parts of its `Accept` that are JSON. Throws 406 when there are none. */
export function acceptedJson(accept: string | undefined): string {
  if (!accept) return 'application/json'
  const ranges = accept.split(',').map((range) => range.trim())
  const ours = ranges.filter((range) => /^(application\/json|application\/\*|\*\/\*)($|;)/.test(range))
  if (ours.length > 0) return ours.join(',')
  throw failure(406, 'NotAcceptable', 'only the following media types are accepted: application/json')
}

const yamlTypes: ReadonlySet<string> = new Set(['application/yaml', 'application/apply-patch+yaml'])

const jsonTypes: ReadonlySet<string> = new Set([
  '',
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
])

const typeOf = (contentType = ''): string => contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** The language a body goes on in: what is JSON is YAML. */
export function passedType(contentType: string | undefined): string {
  const type = typeOf(contentType)
  return type === '' || type === 'application/yaml' ? 'application/json' : type
}

/** YAML is often JSON, which is quicker to read. Aliases are bounded against bombs. */
function readYaml(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return parse(text, { version: '1.1', maxAliasCount: 100 })
  }
}

/** Reads what is sent; undefined when nothing is. Throws 400 for what cannot be read, 415 for other languages. */
export function readBody(bytes: Uint8Array | undefined, contentType: string | undefined): unknown {
  if (!bytes?.length) return undefined
  const type = typeOf(contentType)
  const isYaml = yamlTypes.has(type)
  if (!isYaml && !jsonTypes.has(type)) {
    const known = [...jsonTypes, ...yamlTypes].filter((each) => each !== '').join(', ')
    throw failure(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - known are: ${known}`)
  }
  const text = Buffer.from(bytes).toString()
  try {
    return isYaml ? readYaml(text) : JSON.parse(text)
  } catch (error) {
    throw failure(400, 'BadRequest', `the request body cannot be read: ${reasonOf(error)}`)
  }
}
