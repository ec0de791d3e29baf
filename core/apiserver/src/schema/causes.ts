import type { StatusCause } from '@flotilla/sdk'

const shown = (value: unknown): string => JSON.stringify(value) ?? 'null'

/** What is wrong with a field, in Kubernetes' reasons and words. */
export const cause = {
  required: (field: string, detail = ''): StatusCause => ({
    reason: 'FieldValueRequired',
    message: detail ? `Required value: ${detail}` : 'Required value',
    field,
  }),

  invalid: (field: string, value: unknown, detail: string): StatusCause => ({
    reason: 'FieldValueInvalid',
    message: ['Invalid value', ...(value === undefined ? [] : [shown(value)]), ...(detail ? [detail] : [])].join(': '),
    field,
  }),

  /** `found` is the name of the type that was found. */
  wrongType: (field: string, found: string, detail: string): StatusCause => ({
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${shown(found)}: ${detail}`,
    field,
  }),

  notSupported: (field: string, value: unknown, supported: readonly unknown[]): StatusCause => ({
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`,
    field,
  }),

  duplicate: (field: string, value: unknown): StatusCause => ({
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${shown(value)}`,
    field,
  }),

  notFound: (field: string, value: unknown): StatusCause => ({
    reason: 'FieldValueNotFound',
    message: `Not found: ${shown(value)}`,
    field,
  }),

  forbidden: (field: string, detail: string): StatusCause => ({
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${detail}`,
    field,
  }),

  tooLong: (field: string, limit: number): StatusCause => ({
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${limit} bytes`,
    field,
  }),

  tooMany: (field: string, found: number, limit: number): StatusCause => ({
    reason: 'FieldValueTooMany',
    message: `Too many: ${found}: must have at most ${limit} items`,
    field,
  }),

  immutable: (field: string, value: unknown): StatusCause => cause.invalid(field, value, 'field is immutable'),
} as const
