export { compile, type Expression, expression, type Limits, type Variables } from './expression.ts'
export { Held, Read, type Reading, Real } from './value.ts'
