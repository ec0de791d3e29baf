export { compile, type Expression, expression, type Variables } from './expression.ts'
export { Real } from './value.ts'
