import { definePlugin, type Extension, type Handler, type Host, type interpret } from '@flotilla/sdk'
import { Book } from './book.ts'
import type { Operation } from './operations.ts'
import * as operations from './operations.ts'
import { union } from './union.ts'

/** What several answers come to. Without it the first customization by name is asked, and no other. */
type Join<Out> = (found: readonly (Out | undefined)[]) => Out

/**
 * Answers a point for customizations. Where none is about a kind there is no opinion, after one look at a map: it is the first to be
 * asked about every object.
 */
function answers<Arg, Out>(operation: Operation<Arg, Out>, host: Host, join?: Join<Out>): Extension {
  const { point, about } = operation
  const book = new Book(operation, host)
  const say: Handler<Arg, Out | undefined> = (arg) => {
    const scripts = book.of(about(arg))
    if (scripts.length === 0) return undefined
    return join ? Promise.all(scripts.map(({ handler }) => handler(arg))).then(join) : scripts[0]?.handler(arg)
  }
  const itself: Extension = {
    point,
    handler: (arg: Arg) => book.opening?.then(() => say(arg)) ?? say(arg),
    onBehalf: true,
    speakers: () => book.speakers,
  }
  const voices = (arg: Arg): readonly Extension[] => {
    if (book.opening) return [itself]
    const [script, ...others] = book.of(about(arg))
    if (!script) return []
    return join && others.length > 0 ? [itself] : [script.extension]
  }
  return { ...itself, voices }
}

/** Dependencies are what all customizations find. */
const together: Join<readonly interpret.Dependency[]> = (found) => union(found.map((dependencies = []) => dependencies))

/**
 * Asks the scripts of ResourceInterpreterCustomizations what kinds mean. An error of theirs is an error: nobody else is asked.
 */
export const customizedInterpreter = definePlugin({
  name: 'customized-interpreter',
  extensions: (host) => [
    answers(operations.replicas, host),
    answers(operations.components, host),
    answers(operations.dependencies, host, together),
    answers(operations.reviseReplicas, host),
    answers(operations.retain, host),
    answers(operations.status, host),
    answers(operations.health, host),
    answers(operations.aggregate, host),
  ],
})
