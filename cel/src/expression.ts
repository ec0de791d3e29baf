import { type CelEnv, type CelInput, type CelValue, celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { errors, type Format, type Json, reasonOf } from '@flotilla/sdk'
import { type Construct, misplaced } from './constructs.ts'
import { estimate } from './cost.ts'
import { functions } from './functions.ts'
import { expanded } from './macros.ts'
import { Meter, metered, mostSteps } from './meter.ts'
import { strangers } from './names.ts'
import { plain } from './optional.ts'
import { pattern } from './pattern.ts'
import { NoField, type Shape, shapeOf } from './shapes.ts'
import { tolled } from './toll.ts'
import type { Node, Tree } from './tree.ts'
import { Held, jsonOf, translator } from './value.ts'

/** What an expression may name: JSON by name. */
export type Variables = Readonly<Record<string, unknown>>

/** An expression that was found good. */
export interface Expression {
  /** Its value as JSON. Throws `EXPRESSION_FAILED` when it has none. */
  evaluate(variables: Variables, budget?: Budget): Json
  /** Its value for other expressions. Throws likewise. */
  hold(variables: Variables, budget?: Budget): Held
}

/** How many steps a number of evaluations may take together: each takes its own from it. */
export interface Budget {
  steps: number
}

/** What an expression may be and cost. */
export interface Limits {
  /** How long it may be, in characters; by default 4096: who needs more should write a plugin. */
  readonly longest?: number
  /** How many steps an evaluation may take; by default 100,000, a few milliseconds. */
  readonly steps?: number
  /** Of which types it may make values; by default of none. */
  readonly constructs?: readonly Construct[]
}

const longestText = 4096

/** As deep as brackets may nest: a parser that finds the last of many open ones missing takes its time to say so. */
const deepest = 64

/** So many expressions are remembered, the latest used. */
const mostRemembered = 1000

const meter = new Meter() // an evaluation is never interrupted by another one
const env: CelEnv = celEnv({
  funcs: [...celEnv({ funcs: [...functions], re2: { compile: pattern } }).funcs].map((func) => metered(func, meter)),
})

/** Where an offset is, as an editor counts. */
function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n')
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`
}

const placeOfNode = (text: string, { sourceInfo }: Tree, { id }: Pick<Node, 'id'>): string =>
  placeOf(text, sourceInfo?.positions[String(id)] ?? 0)

/** How deep brackets nest, those in texts aside. */
function depthOf(text: string): number {
  const [bare, depths] = [text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, ''), [0]]
  for (const each of bare) {
    if ('([{'.includes(each)) depths.push((depths.at(-1) ?? 0) + 1)
    if (')]}'.includes(each)) depths.push((depths.at(-1) ?? 0) - 1)
  }
  return Math.max(...depths)
}

/** The parser's words, with the place in ours. */
const syntaxProblem = (cause: unknown): string =>
  cause instanceof RangeError
    ? 'it is nested too deeply'
    : reasonOf(cause).replace(/^<input>:(\d+):(\d+): /, 'line $1, column $2: ')

function parsed(text: string, { longest = longestText }: Limits): Tree {
  if (text.length > longest) throw new Error(`must not be longer than ${longest} characters`)
  if (depthOf(text) > deepest) throw new Error(`must not nest more than ${deepest} brackets`)
  try {
    const tree = parse(plain(text))
    return { ...tree, expr: expanded(tree.expr) }
  } catch (cause) {
    throw new Error(syntaxProblem(cause))
  }
}

function checked(text: string, variables: readonly string[], limits: Limits): Tree {
  const tree = parsed(text, limits)
  for (const { node, problem } of strangers(tree.expr, new Set(variables), {
    env,
    constructs: limits.constructs ?? [],
  }))
    throw new Error(`${placeOfNode(text, tree, node)}: ${problem}`)
  return tree
}

function planned(text: string, tree: Tree, variables: readonly string[], { steps = mostSteps }: Limits): Expression {
  const run = plan(env, tolled(tree.expr))
  const wrong = misplaced(tree.expr)
  const result = (values: Variables): CelValue => {
    if (wrong) throw new Error(wrong)
    const translate = translator()
    const bindings: Record<string, CelInput> = {}
    for (const name of variables) bindings[name] = translate(values[name])
    const found = run(bindings)
    if (!isCelError(found)) return found
    const place = found.exprId === undefined ? '' : `${placeOfNode(text, tree, { id: found.exprId })}: `
    throw new Error(`${place}${found.message}`)
  }
  const metering = <Out>(values: Variables, end: (value: CelValue) => Out, budget: Budget = { steps }): Out => {
    const most = Math.min(steps, budget.steps)
    const before = meter.start(most)
    try {
      return end(result(values))
    } catch (cause) {
      throw errors.EXPRESSION_FAILED(text, reasonOf(cause))
    } finally {
      budget.steps -= most - meter.left
      meter.start(before)
    }
  }
  return {
    evaluate: (values, budget) => metering(values, (value) => jsonOf(value, meter), budget),
    hold: (values, budget) => metering(values, (value) => new Held(value), budget),
  }
}

function made(text: string, variables: readonly string[], limits: Limits): Expression {
  try {
    return planned(text, checked(text, variables, limits), variables, limits)
  } catch (cause) {
    throw errors.EXPRESSION_INVALID(text, reasonOf(cause))
  }
}

/**
 * What is known of the value of an expression whose variables have these shapes. Throws an `Error`, with the place, for one that
 * does not parse, names what is not there, or asks for a field that there is not.
 */
export function inferred(text: string, variables: Readonly<Record<string, Shape>>, limits: Limits = {}): Shape {
  const tree = checked(text, Object.keys(variables), limits)
  try {
    return shapeOf(tree.expr, new Map(Object.entries(variables)))
  } catch (error) {
    if (!(error instanceof NoField)) throw error
    throw new Error(`${placeOfNode(text, tree, error.node)}: ${error.message}`)
  }
}

/** What an expression may cost at worst, in Kubernetes' units, where its variables have these shapes. Throws as `inferred` does. */
export const costOf = (text: string, variables: Readonly<Record<string, Shape>>, limits: Limits = {}): number =>
  estimate(checked(text, Object.keys(variables), limits).expr, new Map(Object.entries(variables))).cost

const remembered = new Map<string, Expression>()

/**
 * An expression that may name these variables, ready to be evaluated. Throws `EXPRESSION_INVALID`, with the place, for
 * one that does not parse or names what is not there. The same text is compiled once.
 */
export function compile(text: string, variables: readonly string[], limits: Limits = {}): Expression {
  const key = `${variables.join()} ${limits.longest} ${limits.steps} ${limits.constructs?.join() ?? ''} ${text}`
  const compiled = remembered.get(key) ?? made(text, variables, limits)
  remembered.delete(key)
  remembered.set(key, compiled) // the latest used is the last
  const [oldest] = remembered.keys()
  if (oldest !== undefined && remembered.size > mostRemembered) remembered.delete(oldest)
  return compiled
}

/** The way an expression is written; for checks of a field. */
export const expression =
  (variables: readonly string[]): Format =>
  (text) => {
    try {
      checked(text, variables, {})
      return undefined
    } catch (error) {
      return reasonOf(error)
    }
  }
