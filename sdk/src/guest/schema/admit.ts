import type { StatusCause } from '../../errors.ts'
import type { Key } from '../../kind.ts'
import type { Admission, Denial } from '../../points/admit.ts'
import { flag, integer, list, object, required, text, word } from '../../schema.ts'
import { manifestSchema } from './manifest.ts'

const keySchema = object<Key>('Where an object is inside its kind.', {
  namespace: text('Its namespace, unless its kind has none.'),
  name: required(text('Its name.')),
})

export const admissionSchema = object<Admission>('Someone wants to write.', {
  operation: required(word('What is done.', ['CREATE', 'UPDATE', 'DELETE'])),
  key: required(keySchema),
  manifest: required(manifestSchema),
  before: manifestSchema,
  user: required(text('Who it is.')),
  dryRun: required(flag('Whether nothing is written in the end.')),
})

const causeSchema = object<StatusCause>('One thing that is wrong.', {
  reason: required(text('Why, in a word: FieldValueInvalid, FieldValueRequired, ...')),
  message: required(text('Why, in a sentence.')),
  field: text('Path of the field: spec.replicas.'),
})

export const denialSchema = object<Denial>('Why not.', {
  message: required(text('Why, in words the user can act on.', { minLength: 1 })),
  code: integer('HTTP status; by default 403.', { minimum: 400, maximum: 599 }),
  reason: text('In a word: Forbidden by default; Invalid, QuotaExceeded, ...'),
  causes: list('What is wrong, field by field.', causeSchema),
})
