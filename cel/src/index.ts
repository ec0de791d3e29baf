export { Authorizer, type Ruling, type Wish } from './authorizer.ts'
export type { Construct } from './constructs.ts'
export {
  type Budget,
  compile,
  costOf,
  type Expression,
  expression,
  inferred,
  type Limits,
  type Variables,
} from './expression.ts'
export { type Pattern, pattern } from './pattern.ts'
export { dyn, type Shape, unknown } from './shapes.ts'
export { Held, Read, type Reading, Real } from './value.ts'
