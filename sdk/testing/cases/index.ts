export { caseOf, type InterpretingCase } from './case.ts'
export { type Difference, differ, excluded } from './compare.ts'
export {
  type Given,
  type Interpretation,
  interpretation,
  Missing,
  type OperationName,
  operationNamed,
  operationNames,
  operations,
} from './operation.ts'
export { runCase, Unanswered, type Verdict } from './run.ts'
