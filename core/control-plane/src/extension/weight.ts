import { type Extension, type Handler, type PerCluster, schedule } from '@flotilla/sdk'

type Scores = PerCluster<number> | undefined

/** Answers with each score so many times; what is no score stays as it is. One that counts nothing is not asked. */
export function weighted(answers: readonly Extension[], weight: number): readonly Extension[] {
  if (weight === 1) return answers
  const isScore = ({ point }: Extension) => point.id === schedule.score.id
  if (weight === 0) return answers.filter((answer) => !isScore(answer))
  return answers.map((answer) => (isScore(answer) ? heavier(answer, weight) : answer))
}

const heavier = ({ voices, ...answer }: Extension, weight: number): Extension => ({
  ...answer,
  handler: times(answer.handler, weight),
  weight,
  ...(voices && { voices: (arg: never) => voices(arg).map((voice) => heavier(voice, weight)) }),
})

function times(handler: Handler<never, unknown>, weight: number): Handler<never, unknown> {
  const more = (scores: Scores): Scores =>
    scores && Object.fromEntries(Object.entries(scores).map(([cluster, score]) => [cluster, score * weight]))
  return (arg) => {
    const asked = handler(arg) as Scores | Promise<Scores> // it answers `schedule.score`
    return asked instanceof Promise ? asked.then(more) : more(asked)
  }
}
