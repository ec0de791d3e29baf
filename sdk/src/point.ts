import type { Handler, Rule } from './rules.ts'

/** An extension point: an id, and the rule that turns many answers into one. */
export interface Point<Arg, Out, Result> {
  /** `<stage>.<verb>`: the prefix is the stage that asks. */
  readonly id: string
  readonly rule: Rule<Arg, Out, Result>
}

export const point = <Arg, Out, Result>(id: string, rule: Rule<Arg, Out, Result>): Point<Arg, Out, Result> => ({
  id,
  rule,
})

/** A handler tied to its point; made by `on`. */
export interface Extension {
  readonly point: { readonly id: string }
  readonly handler: Handler<never, unknown>
}

/** Answers a point. The types of the handler are checked here, where it is written. */
export const on = <Arg, const Out, Result>(
  point: Point<Arg, Out, Result>,
  handler: Handler<Arg, NoInfer<Out>>, // the point alone says what an answer is; `const`: words stay words
): Extension => ({
  point,
  handler,
})

/** Asks a point. */
export type Ask = <Arg, Out, Result>(point: Point<Arg, Out, Result>, arg: Arg) => Promise<Result>

/** Who answers what, in the order of registration. One machine asks all points. */
export class Registry {
  readonly #handlers = new Map<string, Handler<never, unknown>[]>()

  add({ point, handler }: Extension): void {
    this.#handlers.set(point.id, [...(this.#handlers.get(point.id) ?? []), handler])
  }

  readonly ask: Ask = (point, arg) => {
    const added: readonly unknown[] = this.#handlers.get(point.id) ?? []
    return point.rule(added as readonly Handler<typeof arg, never>[], arg) // `on` checked each pair
  }

  /** Whether anyone answers the point at all. */
  has(point: { readonly id: string }): boolean {
    return this.#handlers.has(point.id)
  }
}
