// Generated from the schema of the guest points. Do not edit.

/*
 * A guest answers the points it exports a function for, without arguments, with an i32:
 *
 * - `admitMutate`: admit.mutate
 * - `admitRefuse`: admit.refuse
 */

import { JSON } from 'json-as'

/** Where an object is inside its kind. */
@json
export class Key {
  /** Its namespace, unless its kind has none. */
  @omitnull()
  namespace: string | null = null
  /** Its name. */
  name: string = ''
}

/** Someone wants to write. */
@json
export class Admission {
  /** What is done. */
  operation: string = ''
  /** Where an object is inside its kind. */
  key: Key = new Key()
  /** Any Kubernetes object. */
  manifest: JSON.Obj = new JSON.Obj()
  /** Any Kubernetes object. */
  @omitnull()
  before: JSON.Obj | null = null
  /** Who it is. */
  user: string = ''
  /** Whether nothing is written in the end. */
  dryRun: bool = false
}

/** One thing that is wrong. */
@json
export class Cause {
  /** Why, in a word: FieldValueInvalid, FieldValueRequired, ... */
  reason: string = ''
  /** Why, in a sentence. */
  message: string = ''
  /** Path of the field: spec.replicas. */
  @omitnull()
  field: string | null = null
}

/** Why not. */
@json
export class Denial {
  /** Why, in words the user can act on. */
  message: string = ''
  /** HTTP status; by default 403. */
  @omitnull()
  code: JSON.Box<i64> | null = null
  /** In a word: Forbidden by default; Invalid, QuotaExceeded, ... */
  @omitnull()
  reason: string | null = null
  /** What is wrong, field by field. */
  @omitnull()
  causes: Cause[] | null = null
}
