// Generated from the schema of the guest points. Do not edit.

/*
 * A guest answers the points it exports a function for, without arguments, with an i32:
 *
 * - `renderOverride`: render.override
 */

import { JSON } from 'json-as'

/** One rule of one override policy that is about a cluster. */
@json
export class Override {
  /** Any Kubernetes object. */
  manifest: JSON.Obj = new JSON.Obj()
  /** A member cluster: what it is like, not how it is reached. */
  cluster: JSON.Obj = new JSON.Obj()
  /** What is different, applied in the order given here. */
  overriders: JSON.Obj = new JSON.Obj()
}
