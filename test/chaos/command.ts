import type fc from 'fast-check'
import type { Model } from './model.ts'
import type { World } from './world.ts'

export type Command = fc.AsyncCommand<Model, World>

interface Step {
  readonly words: string
  /** Whether it can be done now. */
  readonly check?: (model: Readonly<Model>) => boolean
  readonly run: (model: Model, world: World) => Promise<unknown>
}

/** What has been done so far. */
export const done: string[] = []

export const command = ({ words, check = () => true, run }: Step): Command => ({
  toString: () => words,
  check,
  async run(model, world) {
    done.push(words)
    await run(model, world)
  },
})
