import { mutate, refuse } from '../points/admit.ts'
import * as interpret from '../points/interpret.ts'
import { override } from '../points/render.ts'
import * as schedule from '../points/schedule.ts'

/** The points that programs in a sandbox may answer: their arguments and answers are plain JSON. */
export const guestPoints = [
  interpret.replicas,
  interpret.components,
  interpret.reviseReplicas,
  interpret.retain,
  interpret.status,
  interpret.health,
  interpret.aggregate,
  interpret.dependencies,
  schedule.filter,
  schedule.score,
  schedule.estimate,
  schedule.select,
  schedule.assign,
  override,
  mutate,
  refuse,
] as const

export type GuestPoint = (typeof guestPoints)[number]

/** What a guest calls the function that answers a point: `interpretReviseReplicas` for `interpret.reviseReplicas`. */
export const guestFunction = ({ id }: { readonly id: string }): string =>
  id.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())
