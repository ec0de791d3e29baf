import { type Override, override } from '../points/render.ts'
import * as schedule from '../points/schedule.ts'
import { candidatesRequest, feasibilityRequest, selectionOf, viewOf } from '../scheduling-view.ts'

type Words = (arg: never) => unknown

/** The points whose arguments hold clusters. */
const ofClusters: ReadonlyMap<string, Words> = new Map<string, Words>([
  [schedule.filter.id, (arg: schedule.Candidates) => candidatesRequest('filter', arg)],
  [schedule.score.id, (arg: schedule.Candidates) => candidatesRequest('score', arg)],
  [schedule.estimate.id, (arg: schedule.Candidates) => candidatesRequest('estimate', arg)],
  [schedule.select.id, (arg: schedule.Feasibility) => feasibilityRequest('select', arg)],
  [schedule.assign.id, (arg: schedule.Feasibility) => feasibilityRequest('assign', arg)],
  [override.id, (arg: Override) => ({ ...arg, cluster: viewOf(arg.cluster) })],
])

/** What a guest is asked: the argument of its point. Of clusters it sees what a webhook sees, nothing that is needed to reach them. */
export const guestQuestion = ({ id }: { readonly id: string }, arg: unknown): unknown =>
  ofClusters.get(id)?.(arg as never) ?? arg // the argument is that of the point

/** What a guest's answer means: null is no opinion, and it names the clusters it selects. */
export function guestAnswer({ id }: { readonly id: string }, answer: unknown, arg: unknown): unknown {
  if (answer === null) return undefined
  return id === schedule.select.id ? selectionOf(answer, arg as schedule.Feasibility) : answer
}
