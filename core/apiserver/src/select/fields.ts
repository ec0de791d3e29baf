import type { Manifest } from '@flotilla/sdk'
import { refusal } from '../status.ts'
import type { Selection } from './selection.ts'

/** What a field selector may ask of a resource, by field. */
export type SelectableFields = Readonly<Record<string, (object: Manifest) => string>>

/** Of a kind that has no field of its own to ask for. */
export const onlyNames: SelectableFields = {}

const metadataFields: SelectableFields = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
}

interface Term {
  readonly field: string
  readonly equal: boolean
  readonly value: string
}

const termForm = /^((?:[^\\=!,]|\\.)+)(==|=|!=)((?:[^\\=,]|\\.)*)$/

const unescaped = (value: string): string =>
  value.replaceAll(/\\(.)/gs, (whole, escaped) => {
    if ('\\,='.includes(escaped)) return escaped
    throw refusal.badRequest(`invalid field selector: invalid escape sequence: ${whole}`)
  })

const term = (text: string): Term => {
  const found = termForm.exec(text)
  if (!found) throw refusal.badRequest(`invalid selector: '${text}'; can't understand '${text}'`)
  const [, field = '', operator, value = ''] = found
  return { field, equal: operator !== '!=', value: unescaped(value) }
}

/** Commas that are not escaped. */
const split = (selector: string): string[] => (selector.match(/(?:[^\\,]|\\.)+/g) ?? []).map((part) => part.trim())

/** Kinds that have nothing to ask for beside their names say what there is. */
const unknownField = (field: string, fields: SelectableFields) =>
  refusal.badRequest(
    fields === onlyNames
      ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${field}`,
  )

const selectTerm = ({ field, equal, value }: Term, fields: SelectableFields): NonNullable<Selection> => {
  const known = Object.hasOwn(metadataFields, field) ? metadataFields : fields
  const read = Object.hasOwn(known, field) ? known[field] : undefined
  if (read === undefined) throw unknownField(field, fields)
  return (object) => (read(object) === value) === equal
}

/**
 * A field selector: `metadata.name=web,status.phase!=Running`. Empty selects everything. Throws 400 when it cannot be
 * read or asks for a field the resource does not have for this.
 */
export const selectFields = (selector: string | undefined, fields: SelectableFields): Selection => {
  if (!selector?.trim()) return undefined
  const terms = split(selector).map((text) => selectTerm(term(text), fields))
  return (object) => terms.every((holds) => holds(object))
}

/** The name a selector asks for, when it asks for one: authorization and error messages speak of it. */
export const selectedName = (selector: string | undefined): string | undefined => {
  if (!selector) return undefined
  const terms = split(selector).map(term)
  return terms.find(({ field, equal }) => field === 'metadata.name' && equal)?.value
}
