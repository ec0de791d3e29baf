import { errors } from '../../src/errors.ts'
import { type Fields, isFields } from '../../src/fields.ts'
import { type Given, type OperationName, operationNamed, operationNames } from './operation.ts'

/** A question to an interpreter, and what it has to answer, as Karmada's testers write it down. */
export interface InterpretingCase extends Given {
  readonly name: string
  readonly description?: string
  readonly operation: OperationName
  /**
   * What has to come out, by Karmada's names: `replica`, `requires`, `healthy` ... Whatever else comes out does not matter; without
   * it, it is enough that there is an answer.
   */
  readonly output?: Fields
}

type Problems = Generator<string>

const known: ReadonlySet<string> = new Set([
  'name',
  'description',
  'filepath',
  'desiredObj',
  'observedObj',
  'statusItems',
  'inputReplicas',
  'operation',
  'output',
])

/** The known key that is meant by an unknown one, if it is one but for its capitals or an `s`. */
const meant = (key: string): string | undefined => {
  const plain = (text: string) => text.toLowerCase().replace(/s$/, '')
  return [...known].find((each) => plain(each) === plain(key))
}

function* keyProblems(value: Fields): Problems {
  for (const key of Object.keys(value).filter((key) => !known.has(key))) {
    const instead = meant(key)
    yield `there is no key ${key}${instead ? `; did you mean ${instead}?` : ` (there are ${[...known].filter((each) => each !== 'filepath').join(', ')})`}`
  }
}

function* objectProblems(value: Fields, key: string): Problems {
  const object = value[key]
  if (object === undefined || object === null) return
  if (!isFields(object)) return yield `${key} is not an object`
  for (const name of ['apiVersion', 'kind'])
    if (typeof object[name] !== 'string' || object[name] === '') yield `${key} has no ${name}`
}

function* itemProblems({ statusItems }: Fields): Problems {
  if (statusItems === undefined || statusItems === null) return
  if (!Array.isArray(statusItems)) return yield 'statusItems is not a list'
  for (const [i, item] of statusItems.entries()) if (!isFields(item)) yield `statusItems[${i}] is not an object`
}

function* operationProblems({ operation }: Fields): Problems {
  if (typeof operation !== 'string') yield `it has no operation: ${operationNames.join(', ')}`
  else if (!operationNamed(operation))
    yield `there is no operation ${operation}; there are ${operationNames.join(', ')}`
}

function* problems(value: Fields): Problems {
  yield* keyProblems(value)
  if (typeof value.name !== 'string' || value.name === '') yield 'it has no name'
  yield* operationProblems(value)
  yield* objectProblems(value, 'desiredObj')
  yield* objectProblems(value, 'observedObj')
  if (!value.desiredObj && !value.observedObj) yield 'it has neither desiredObj nor observedObj'
  yield* itemProblems(value)
  const { inputReplicas, output } = value
  if (!Number.isInteger(inputReplicas ?? 0)) yield 'inputReplicas is not a whole number'
  if (!isFields(output ?? {})) yield 'output is not an object'
}

/** Reads a case. Throws `CASE_INVALID` with everything that is wrong with it. */
export function caseOf(value: unknown): InterpretingCase {
  if (!isFields(value)) throw errors.CASE_INVALID('a case', 'it is not an object')
  const wrong = [...problems(value)]
  if (wrong.length > 0) throw errors.CASE_INVALID(String(value.name ?? 'a case'), wrong.join('; '))
  const said = Object.entries(value).filter(([, part]) => part !== null)
  return { ...Object.fromEntries(said), operation: operationNamed(String(value.operation)) } as InterpretingCase // it was looked at
}
