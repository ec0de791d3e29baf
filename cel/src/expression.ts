import { type CelEnv, type CelInput, celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { errors, type Format, type Json, reasonOf } from '@flotilla/sdk'
import { functions } from './functions.ts'
import { Meter, metered } from './meter.ts'
import { strangers } from './names.ts'
import { tolled } from './toll.ts'
import type { Node, Tree } from './tree.ts'
import { jsonOf, translator } from './value.ts'

/** What an expression may name: JSON by name. */
export type Variables = Readonly<Record<string, unknown>>

/** An expression that was found good. */
export interface Expression {
  /** Its value as JSON. Throws `EXPRESSION_FAILED` when it has none. */
  evaluate(variables: Variables): Json
}

/** As long as an expression may be: who needs more should write a plugin. */
const longest = 4096

/** As deep as brackets may nest: a parser that finds the last of many open ones missing takes its time to say so. */
const deepest = 64

/** So many expressions are remembered, the latest used. */
const mostRemembered = 1000

const meter = new Meter() // an evaluation is never interrupted by another one
const env: CelEnv = celEnv({
  funcs: [...celEnv({ funcs: [...functions] }).funcs].map((func) => metered(func, meter)),
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

function parsed(text: string): Tree {
  if (text.length > longest) throw new Error(`must not be longer than ${longest} characters`)
  if (depthOf(text) > deepest) throw new Error(`must not nest more than ${deepest} brackets`)
  try {
    return parse(text)
  } catch (cause) {
    throw new Error(syntaxProblem(cause))
  }
}

function checked(text: string, variables: readonly string[]): Tree {
  const tree = parsed(text)
  for (const { node, problem } of strangers(tree.expr, new Set(variables), env))
    throw new Error(`${placeOfNode(text, tree, node)}: ${problem}`)
  return tree
}

function planned(text: string, tree: Tree, variables: readonly string[]): Expression {
  const run = plan(env, tolled(tree.expr))
  const evaluate = (values: Variables): Json => {
    meter.start()
    const translate = translator()
    const bindings: Record<string, CelInput> = {}
    for (const name of variables) bindings[name] = translate(values[name])
    const result = run(bindings)
    if (!isCelError(result)) return jsonOf(result, meter)
    const place = result.exprId === undefined ? '' : `${placeOfNode(text, tree, { id: result.exprId })}: `
    throw new Error(`${place}${result.message}`)
  }
  return {
    evaluate(values) {
      try {
        return evaluate(values)
      } catch (cause) {
        throw errors.EXPRESSION_FAILED(text, reasonOf(cause))
      }
    },
  }
}

function made(text: string, variables: readonly string[]): Expression {
  try {
    return planned(text, checked(text, variables), variables)
  } catch (cause) {
    throw errors.EXPRESSION_INVALID(text, reasonOf(cause))
  }
}

const remembered = new Map<string, Expression>()

/**
 * An expression that may name these variables, ready to be evaluated. Throws `EXPRESSION_INVALID`, with the place, for
 * one that does not parse or names what is not there. The same text is compiled once.
 */
export function compile(text: string, variables: readonly string[]): Expression {
  const key = `${variables.join()} ${text}`
  const compiled = remembered.get(key) ?? made(text, variables)
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
      checked(text, variables)
      return undefined
    } catch (error) {
      return reasonOf(error)
    }
  }
