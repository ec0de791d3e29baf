import type { StatusCause } from '@flotilla/sdk'
import { isTrue, type Request } from '../request.ts'
import { cause } from '../schema/causes.ts'
import { refusal } from '../status.ts'

type Query = Request['query']

/** How a write is to be done, as the query says it. */
type WriteOptions = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'

const kinds: ReadonlyMap<string, WriteOptions> = new Map([
  ['POST', 'CreateOptions'],
  ['PUT', 'UpdateOptions'],
  ['PATCH', 'PatchOptions'],
])

const longestManager = 128

/** What cannot be printed, and where, as Go's letters count. */
const unprintable = (text: string): readonly StatusCause[] => {
  const found = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(text)
  if (!found) return []
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const at = Buffer.byteLength(text.slice(0, found.index))
  return [cause.invalid('fieldManager', text, `invalid character U+${code} (at position ${at})`)]
}

const managerCauses = ({ fieldManager = '' }: Query): readonly StatusCause[] => [
  ...(Buffer.byteLength(fieldManager) > longestManager ? [cause.tooLong('fieldManager', longestManager)] : []),
  ...unprintable(fieldManager),
]

/** What may be said of a dry run, in the query or in `DeleteOptions`. */
export const dryRunCauses = (asked: readonly unknown[]): readonly StatusCause[] =>
  asked.every((each) => each === 'All') ? [] : [cause.notSupported('dryRun', asked, ['All'])]

const strictnesses = ['', 'Ignore', 'Strict', 'Warn']

const strictnessCauses = ({ fieldValidation = '' }: Query): readonly StatusCause[] =>
  strictnesses.includes(fieldValidation) ? [] : [cause.notSupported('fieldValidation', fieldValidation, strictnesses)]

const forceCauses = ({ query, contentType = '' }: Request): readonly StatusCause[] =>
  query.force === undefined || contentType.startsWith('application/apply-patch')
    ? []
    : [cause.forbidden('force', 'may not be specified for non-apply patch')]

/** The refusal of options, which are a kind of their own. */
export const invalidOptions = (kind: string, causes: readonly StatusCause[]) =>
  refusal.invalid({ group: 'meta.k8s.io', kind }, '', causes)

const duration = /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/

/** Watches have one of their own. */
const checkTimeout = ({ timeout, watch }: Query): void => {
  if (!timeout || isTrue(watch) || duration.test(timeout)) return
  throw refusal.badRequest(
    `invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(timeout)}`,
  )
}

/** Throws 400 and 422 when a query says what cannot be. */
export const checkOptions = (request: Request): void => {
  const { method, query } = request
  checkTimeout(query)
  const kind = kinds.get(method)
  if (kind === undefined) return
  const causes = [
    ...(kind === 'PatchOptions' ? forceCauses(request) : []),
    ...managerCauses(query),
    ...(query.dryRun === undefined ? [] : dryRunCauses(query.dryRun.split(','))),
    ...strictnessCauses(query),
  ]
  if (causes.length > 0) throw invalidOptions(kind, causes)
}

const badNumber = (text: string): string =>
  `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${/^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`

const mostInt64 = 2n ** 63n

/** A whole number of 64 bits; undefined when it is not said. Throws 400 in the words of Go, which clients know. */
export const integerIn = (text: string | undefined): number | undefined => {
  if (!text) return undefined
  if (!/^[+-]?\d+$/.test(text)) throw refusal.badRequest(badNumber(text))
  const value = BigInt(text.replace('+', ''))
  if (value >= mostInt64 || value < -mostInt64) throw refusal.badRequest(badNumber(text))
  return Number(value)
}

type Rule = readonly [broken: boolean, cause: () => StatusCause]

const brokenOf = (rules: readonly Rule[]): readonly StatusCause[] =>
  rules.flatMap(([broken, cause]) => (broken ? [cause()] : []))

const match = 'resourceVersionMatch'
const initial = 'sendInitialEvents'

const listCauses = (query: Query): readonly StatusCause[] => {
  const { resourceVersionMatch: asked, resourceVersion, continue: page, sendInitialEvents } = query
  return brokenOf([
    [sendInitialEvents !== undefined, () => cause.forbidden(initial, `${initial} is forbidden for list`)],
    ...(asked
      ? ([
          [!resourceVersion, () => cause.forbidden(match, `${match} is forbidden unless resourceVersion is provided`)],
          [!!page, () => cause.forbidden(match, `${match} is forbidden when continue is provided`)],
          [
            asked !== 'Exact' && asked !== 'NotOlderThan',
            () => cause.notSupported(match, asked, ['Exact', 'NotOlderThan', '']),
          ],
          [
            asked === 'Exact' && resourceVersion === '0',
            () => cause.forbidden(match, `${match} "exact" is forbidden for resourceVersion "0"`),
          ],
        ] satisfies readonly Rule[])
      : []),
  ])
}

const watchCauses = ({
  resourceVersionMatch: asked,
  continue: page,
  sendInitialEvents,
}: Query): readonly StatusCause[] =>
  brokenOf([
    [
      sendInitialEvents !== undefined && asked !== 'NotOlderThan',
      () => cause.forbidden(match, `${initial} requires setting ${match} to NotOlderThan`),
    ],
    ...(asked
      ? ([
          [
            sendInitialEvents === undefined,
            () => cause.forbidden(match, `${match} is forbidden for watch unless ${initial} is provided`),
          ],
          [asked !== 'NotOlderThan', () => cause.notSupported(match, asked, ['NotOlderThan'])],
          [!!page, () => cause.forbidden(match, `${match} is forbidden when continue is provided`)],
        ] satisfies readonly Rule[])
      : []),
  ])

const checkList = (query: Query, causes: readonly StatusCause[]): void => {
  integerIn(query.timeoutSeconds)
  integerIn(query.limit)
  if (causes.length > 0) throw invalidOptions('ListOptions', causes)
}

/** Throws 400 and 422 when the query of a list says what cannot be. */
export const checkListOptions = (query: Query): void => checkList(query, listCauses(query))

/** The same of a watch. */
export const checkWatchOptions = (query: Query): void => checkList(query, watchCauses(query))
