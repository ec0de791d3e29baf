import { definePlugin, type Extension, onBehalf, type Speaker } from '@flotilla/sdk'
import type { Choice } from './calling/choice.ts'
import { Hooks } from './calling/hooks.ts'
import { eachInterpretation, type Interpretation } from './calling/interpretations.ts'

/** The answers of webhooks to one point: who is asked is found at once, but at the start. */
function answers<Arg, Out>(hooks: Hooks, interpretation: Interpretation<Arg, Out>): Extension {
  const { operation, point, about } = interpretation
  const voice = (choice: Choice, arg: Arg) => choice.of(operation, about(arg))?.voice(interpretation)
  const speakers = (): readonly Speaker[] => (hooks.choice instanceof Promise ? [] : hooks.choice.speakers(operation))
  const itself = onBehalf(
    point,
    (arg) => {
      const { choice } = hooks
      return choice instanceof Promise
        ? choice.then((read) => voice(read, arg)?.handler(arg))
        : voice(choice, arg)?.handler(arg)
    },
    speakers,
  )
  const voices = (arg: Arg): readonly Extension[] => {
    const { choice } = hooks
    if (choice instanceof Promise) return [itself]
    const found = voice(choice, arg)
    return found ? [found.extension] : []
  }
  return { ...itself, voices }
}

/** Asks the webhooks of ResourceInterpreterWebhookConfigurations what kinds mean. An error of theirs is an error: nobody else is asked. */
export const webhookInterpreter = definePlugin({
  name: 'interpreter-webhooks',
  extensions: (host) => {
    const hooks = new Hooks(host)
    return eachInterpretation((interpretation) => answers(hooks, interpretation))
  },
})
