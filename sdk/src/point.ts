import type { Handler, Rule } from './rules.ts'

/** What is wrong with an answer that cannot be, in words that follow the plugin's name; undefined when nothing is. */
export type Check<Arg> = (answer: unknown, arg: Arg) => string | undefined

/** An extension point: an id, and the rule that turns many answers into one. */
export interface Point<Arg, Out, Result> {
  /** `<stage>.<verb>`: the prefix is the stage that asks. */
  readonly id: string
  readonly rule: Rule<Arg, Out, Result>
  /** Looks at each opinion before the rule does. A plugin whose answer cannot be has failed. */
  readonly check?: Check<Arg>
  /** The object a question is about: those who know a single kind are not asked about others. */
  readonly subject?: (arg: Arg) => About
}

export const point = <Arg, Out, Result>(
  id: string,
  rule: Rule<Arg, Out, Result>,
  check?: Check<Arg>,
  subject?: (arg: Arg) => About,
): Point<Arg, Out, Result> => ({ id, rule, ...(check && { check }), ...(subject && { subject }) })

/** A type of objects, in the words of a manifest. */
export interface About {
  readonly apiVersion: string
  readonly kind: string
}

/** One of those a plugin speaks for. */
export interface Speaker {
  /** As in metrics, logs and errors. */
  readonly name: string
  /** What it is asked about, such as `apps/v1 Deployment`; by default anything. */
  readonly about?: readonly string[]
}

/** A handler tied to its point; made by `on`. */
export interface Extension {
  readonly point: {
    readonly id: string
    readonly rule?: { readonly name: string }
    readonly check?: Check<never>
    readonly subject?: (arg: never) => About
  }
  readonly handler: Handler<never, unknown>
  /** Whose answer it is: the loader says so. */
  readonly plugin?: string
  /** How often its scores are counted; by default once. */
  readonly weight?: number
  /** It speaks for others, who are looked after one by one: see `onBehalf`. */
  readonly onBehalf?: true
  /** The one kind it has opinions on; by default it may be any. It is not asked about kinds of another name. */
  readonly about?: About
  /** Whom it speaks for at this moment, in the order they are asked. */
  readonly speakers?: () => readonly Speaker[]
  /** Those it speaks for who have to do with an argument, in order: who overhears a question hears each of them. */
  readonly voices?: (arg: never) => readonly Extension[]
}

/** Answers a point. The types of the handler are checked here, where it is written. */
export const on = <Arg, const Out, Result>(
  point: Point<Arg, Out, Result>,
  handler: Handler<Arg, NoInfer<Out>>, // the point alone says what an answer is; `const`: words stay words
): Extension => ({
  point,
  handler,
})

/**
 * Answers a point for others: what each of them says has been looked after by `Host.observed`, in its own name and within its
 * own time. It is not looked after once more in the name of the plugin. `speakers` says who they are, to who looks from outside.
 */
export const onBehalf = <Arg, const Out, Result>(
  point: Point<Arg, Out, Result>,
  handler: Handler<Arg, NoInfer<Out>>,
  speakers?: () => readonly Speaker[],
): Extension => ({ ...on(point, handler), onBehalf: true, ...(speakers && { speakers }) })

/**
 * Answers a point for as many others as there are at that moment: their answers become one by the rule of the point, whose result
 * has to be an answer itself. When nobody has to do with the argument there is no opinion, at once.
 */
export const onBehalfOf = <Arg, Out, Result>(
  point: Point<Arg, Out, Result>,
  voices: (arg: Arg) => readonly Extension[],
  speakers: () => readonly Speaker[],
): Extension => ({
  point,
  onBehalf: true,
  voices,
  speakers,
  handler: (arg: Arg) => {
    const asked = voices(arg)
    return asked.length === 0 ? undefined : put(point, asked.map(handlerOf), arg)
  },
})

const handlerOf = ({ handler }: Extension): Loose => handler

/** Asks a point. */
export type Ask = <Arg, Out, Result>(point: Point<Arg, Out, Result>, arg: Arg) => Promise<Result>

/** What a plugin said, or why it could not. Having no opinion is not saying anything. */
export interface Answer {
  readonly plugin: string
  readonly answer?: unknown
  readonly error?: unknown
  /** How often the answer counts; by default once. */
  readonly weight?: number
}

/** A question that was put to the plugins, and who answered what. */
export interface Exchange {
  readonly point: string
  readonly arg: unknown
  readonly answers: readonly Answer[]
}

/** The same questions as `ask` puts, each told to who listens when it has been answered, or has failed. */
export type Overhear = (hear: (exchange: Exchange) => void) => Ask

type Loose = Handler<never, unknown>

/** The same handler, which writes down what it says. */
function noting({ plugin = 'unnamed', handler, weight }: Extension, answers: Answer[]): Loose {
  const note = (answer: unknown) => {
    if (answer !== undefined) answers.push(weight === undefined ? { plugin, answer } : { plugin, answer, weight })
    return answer
  }
  const fail = (error: unknown) => {
    answers.push({ plugin, error })
    throw error
  }
  return (arg) => {
    try {
      const asked = handler(arg)
      return asked instanceof Promise ? asked.then(note, fail) : note(asked)
    } catch (error) {
      return fail(error)
    }
  }
}

/** Who answers a point, as seen from outside. */
export interface Answerer {
  readonly plugin: string
  /** What it has opinions on; by default anything. */
  readonly about?: readonly string[]
  /** How often its scores are counted; by default once. */
  readonly weight?: number
  /** Those it speaks for, in the order they are asked. */
  readonly speaksFor?: readonly Speaker[]
}

/** A point, and who answers it, in the order they are asked. */
export interface Answered {
  readonly point: string
  /** How many answers become one: `first`, `pipe` ... */
  readonly rule: string
  readonly answers: readonly Answerer[]
}

const answerer = ({ plugin = 'unnamed', about, weight, speakers }: Extension): Answerer => ({
  plugin,
  ...(about && { about: [`${about.apiVersion} ${about.kind}`] }),
  ...(weight !== undefined && { weight }),
  ...(speakers && { speaksFor: speakers() }),
})

/** Some who answer a point, in order. */
class Panel {
  readonly extensions: readonly Extension[]
  readonly handlers: readonly Loose[]

  constructor(extensions: readonly Extension[]) {
    this.extensions = extensions
    this.handlers = extensions.map(handlerOf)
  }
}

const nobody = new Panel([])

/** The name of the one kind it is asked about. */
const kindOf = ({ point, about }: Extension): string | undefined => (point.subject ? about?.kind : undefined)

/** All who answer a point. Those who know a single kind are found by its name: of fifty of them only one is asked. */
class Answerers {
  readonly all: readonly Extension[]
  readonly #kinds: ReadonlySet<string | undefined>
  readonly #panels = new Map<string | undefined, Panel>()

  constructor(all: readonly Extension[]) {
    this.all = all
    this.#kinds = new Set(all.map(kindOf))
  }

  /** Those to ask. */
  for<Arg>(subject: ((arg: Arg) => About) | undefined, arg: Arg): Panel {
    const kind = subject?.(arg).kind
    return this.#panel(this.#kinds.has(kind) ? kind : undefined)
  }

  #panel(kind: string | undefined): Panel {
    const known = this.#panels.get(kind)
    if (known) return known
    const panel = new Panel(this.all.filter((each) => [undefined, kind].includes(kindOf(each))))
    this.#panels.set(kind, panel)
    return panel
  }
}

/** Who answers what, in the order of registration. One machine asks all points. */
export class Registry {
  readonly #points = new Map<string, Answerers>()

  add(extension: Extension): void {
    const { id } = extension.point
    this.#points.set(id, new Answerers([...this.#added(id), extension]))
  }

  readonly ask: Ask = (point, arg) => put(point, this.#panel(point, arg).handlers, arg)

  readonly overhear: Overhear = (hear) => async (point, arg) => {
    const answers: Answer[] = []
    const { extensions } = this.#panel(point, arg)
    try {
      const asked = extensions.flatMap((extension) => extension.voices?.(arg as never) ?? [extension])
      const handlers = asked.map((extension) => noting(extension, answers))
      return await put(point, handlers, arg)
    } finally {
      hear({ point: point.id, arg, answers })
    }
  }

  /** Who answers these points, and any others there are. */
  list(points: readonly Extension['point'][]): readonly Answered[] {
    const all = new Map(points.map((point) => [point.id, point]))
    for (const [id, { all: [extension] }] of this.#points) if (extension && !all.has(id)) all.set(id, extension.point) // biome-ignore format: one expression
    return [...all.values()].map(({ id, rule }) => ({
      point: id,
      rule: rule?.name ?? '',
      answers: this.#added(id).map(answerer),
    }))
  }

  /** Whether anyone answers the point at all. */
  has(point: { readonly id: string }): boolean {
    return this.#points.has(point.id)
  }

  #added(id: string): readonly Extension[] {
    return this.#points.get(id)?.all ?? []
  }

  #panel<Arg, Out, Result>({ id, subject }: Point<Arg, Out, Result>, arg: Arg): Panel {
    return this.#points.get(id)?.for(subject, arg) ?? nobody
  }
}

const put = <Arg, Out, Result>(point: Point<Arg, Out, Result>, handlers: readonly unknown[], arg: Arg) =>
  point.rule(handlers as readonly Handler<Arg, Out>[], arg) // `on` checked each pair
