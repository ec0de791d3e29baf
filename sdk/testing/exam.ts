import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '../src/freeze.ts'
import type { Plugin } from '../src/plugin.ts'
import type { Point } from '../src/point.ts'
import type { Handler } from '../src/rules.ts'
import { fakeHost, type HostOptions } from './host.ts'

/** What every case of every exam may say. */
export interface Case {
  /** The world the plugin lives in, where it differs from that of the other cases. */
  readonly host?: HostOptions
  /** The plugin must throw an error like this one, as `assert.throws` compares. */
  readonly throws?: RegExp | Readonly<Record<string, unknown>>
}

/** Cases by name; the name is the sentence that is true when the case is. */
export type Cases<C> = Readonly<Record<string, C>>

/** Examines a plugin: one test for each case, and one for the plugin itself. */
export interface Exam<C> {
  (plugin: Plugin, cases: Cases<C>, host?: HostOptions): void
  /** One case without a test around it: rejects when the plugin fails. */
  check(plugin: Plugin, words: C, host?: HostOptions): Promise<void>
}

/** How a point is examined. */
export interface Subject<C extends Case, Arg, Out, Result> {
  readonly point: Point<Arg, Out, Result>
  /** The whole question, from the words of a case. */
  readonly asks: (words: C) => Arg
  /** The answer, as far as the case speaks of it. */
  readonly says: (result: Result, words: C) => unknown
  /** What a case wants it to be. */
  readonly wants: (words: C) => unknown
  /** Fails on what no answer to this point may be. */
  readonly sound?: (result: Result, arg: Arg) => void
  /** The answer is no data: it cannot be compared with another. */
  readonly opaque?: true
}

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/
const comparator = /^(?:[~^=]|[<>]=?)?v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:[-+][0-9A-Za-z.+-]+)?$/

/** Whether a text is a semver range: `^1.2`, `>=1 <3 || 4.x`, `1.2 - 2`. */
const isRange = (text: string): boolean =>
  text.split('||').every((part) => {
    const words = part
      .trim()
      .replaceAll(/([<>=~^])\s+/g, '$1')
      .split(/\s+(?:-\s+)?/)
    return words.every((word) => comparator.test(word))
  })

function* faults({ name, host, needs = [], schema, extensions, controllers }: Plugin): Generator<string> {
  if (!kebab.test(name)) yield `the name "${name}" is not kebab case`
  if (host !== undefined && !isRange(host)) yield `the host "${host}" is not a semver range`
  for (const needed of needs) if (!kebab.test(needed)) yield `"${needed}", which it needs, is not the name of a plugin`
  if (needs.includes(name)) yield 'it needs itself'
  if (new Set(needs).size !== needs.length) yield 'it needs a plugin twice'
  if (schema !== undefined && (typeof schema !== 'object' || schema === null)) yield 'the schema is no JSON schema'
  if (!extensions && !controllers) yield 'it has nothing to offer'
}

/** What is wrong with the way a plugin is written down. */
export const faultsOf = (plugin: Plugin): readonly string[] => [...faults(plugin)]

const examined = new WeakSet<Plugin>()

/** Asserts, once for each plugin, that it is written down well. Every exam begins with it. */
export function examinePlugin(plugin: Plugin): void {
  if (examined.has(plugin)) return
  examined.add(plugin)
  test(`${plugin.name} is written down well`, () => assert.deepEqual(faultsOf(plugin), []))
}

/** An answer as it would cross a border: plain JSON. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))

function handlersOf<Arg, Out, Result>(
  plugin: Plugin,
  point: Point<Arg, Out, Result>,
  host: HostOptions,
): readonly Handler<Arg, Out>[] {
  const extensions = plugin.extensions?.(fakeHost(host)) ?? []
  const handlers = extensions.filter((extension) => extension.point.id === point.id)
  assert.ok(handlers.length > 0, `${plugin.name} does not answer ${point.id}`)
  return handlers.map(({ handler }) => handler as Handler<Arg, Out>) // `on` checked each pair
}

/** Each handler asked by itself: what a rule would forgive, an exam does not. */
const askEach = <Arg, Out>(handlers: readonly Handler<Arg, Out>[], arg: Arg): Promise<readonly Out[]> =>
  Promise.all(handlers.map(async (handler) => handler(arg)))

/**
 * Makes the exam of a point. The plugin gets each question twice, frozen all the way down; its answer has to be plain
 * data, the same both times, and what the case says.
 */
export function exam<C extends Case, Arg, Out, Result>(subject: Subject<C, Arg, Out, Result>): Exam<C> {
  const { point, asks, says, wants, sound, opaque } = subject

  const wrong = (answer: Out, arg: Arg) => (answer === undefined ? undefined : point.check?.(answer, arg))

  async function check(plugin: Plugin, words: C, host: HostOptions = {}): Promise<void> {
    const arg = deepFreeze(asks(words)) // who writes to it throws here
    const handlers = handlersOf(plugin, point, { ...host, ...words.host })
    if (words.throws) return assert.rejects(askEach(handlers, arg), words.throws)
    const [once, again] = [await askEach(handlers, arg), await askEach(handlers, arg)]
    if (!opaque) assert.deepEqual(plain(again), plain(once), 'the same question has the same answer')
    for (const problem of once.map((answer) => wrong(answer, arg))) assert.equal(problem, undefined, problem)
    const result = await point.rule(handlers, arg)
    assert.deepEqual(plain(says(result, words)), plain(wants(words)))
    sound?.(result, arg)
  }

  function examine(plugin: Plugin, cases: Cases<C>, host?: HostOptions): void {
    examinePlugin(plugin)
    for (const [name, words] of Object.entries(cases)) test(`${plugin.name}: ${name}`, () => check(plugin, words, host))
  }

  return Object.assign(examine, { check })
}
