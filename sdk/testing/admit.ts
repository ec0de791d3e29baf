import assert from 'node:assert/strict'
import { keyOf } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'
import { type Admission, mutate, refuse } from '../src/points/admit.ts'
import { type Case, exam } from './exam.ts'
import { sameObject } from './sound.ts'

/** By default someone creates the object; an update when there is a `before`. */
export interface AdmissionWords extends Case {
  readonly given: Partial<Admission> & { readonly manifest: Manifest }
}

const admission = ({ given }: AdmissionWords): Admission => ({
  operation: given.before ? 'UPDATE' : 'CREATE',
  key: keyOf(given.manifest),
  user: 'user',
  dryRun: false,
  ...given,
})

/** Examines a plugin that changes what is written. Without `becomes` the object stays as it is. */
export const examineMutate = exam({
  point: mutate,
  asks: admission,
  says: (manifest) => manifest,
  wants: ({ given, becomes }: AdmissionWords & { readonly becomes?: Manifest }) => becomes ?? given.manifest,
  sound: (after, { manifest }) => sameObject(after, manifest),
})

/** Examines a plugin that refuses writes. `denies` is the message; without it the write is let through. */
export const examineRefuse = exam({
  point: refuse,
  asks: admission,
  says: (denial) => denial?.message,
  wants: ({ denies }: AdmissionWords & { readonly denies?: string }) => denies,
  sound: (denial) => assert.notEqual(denial?.message, '', 'a denial says why'),
})

/** Examines a plugin that says what is wrong field by field. `causes` are all of them, each as `field: message`; by default none. */
export const examineCauses = exam({
  point: refuse,
  asks: admission,
  says: (denial) => denial?.causes?.map(({ field, message }) => `${field}: ${message}`) ?? [],
  wants: ({ causes = [] }: AdmissionWords & { readonly causes?: readonly string[] }) => causes,
  sound: (denial) => assert.ok(denial === undefined || denial.code === 422, 'an object that cannot work is invalid'),
})
