import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Guest } from '../../guest/guest.d.ts'
import type { Json } from '../manifest.ts'
import type { Point } from '../point.ts'
import { mutate, refuse } from '../points/admit.ts'
import * as interpret from '../points/interpret.ts'
import { override } from '../points/render.ts'
import * as schedule from '../points/schedule.ts'
import type { CandidatesRequest, FeasibilityRequest, ReviewedCluster, SchedulingAnswers } from '../scheduling-review.ts'
import { guestFunction, guestPoints } from './points.ts'
import { guestSchemas } from './schema/index.ts'

/** A rule about nodes, of which the type says only that it is an object: nobody in here looks into it. */
type Opaque = 'hardNodeAffinity'

/** The fields of a type that have a name. */
type Named<T> = { readonly [K in keyof T as string extends K ? never : K extends Opaque ? never : K]: Shape<T[K]> }

/** A map to its values; an object to its known fields; an object of which nothing is known to anything. */
type ShapeOfObject<T> = string extends keyof T
  ? [keyof Named<T>] extends [never]
    ? unknown extends T[keyof T]
      ? unknown
      : { readonly [name: string]: Shape<T[keyof T]> }
    : Named<T>
  : Named<T>

/** A type without its words: a schema may allow fewer of them than the type knows, as for the effects of taints. */
type Shape<T> = Json extends T
  ? unknown
  : T extends string
    ? string
    : T extends number | boolean | null | undefined
      ? T
      : T extends readonly (infer Item)[]
        ? readonly Shape<Item>[]
        : T extends object
          ? ShapeOfObject<T>
          : T

type Fits<A, B> = Shape<A> extends Shape<B> ? true : false

/** What a guest is asked at a point: see `guestQuestion`. */
type Asked<F, Arg> = F extends 'scheduleFilter' | 'scheduleScore' | 'scheduleEstimate'
  ? CandidatesRequest
  : F extends 'scheduleSelect' | 'scheduleAssign'
    ? FeasibilityRequest
    : F extends 'renderOverride'
      ? Omit<Arg, 'cluster'> & { readonly cluster: ReviewedCluster }
      : Arg

/** What a guest may say at a point: see `guestAnswer`. */
type Said<F, Out> = F extends 'scheduleSelect' ? SchedulingAnswers['select'] : Out

type Both<A, B> = [Fits<A, B>, Fits<B, A>]

/** What a point asks can be read by a guest; what a guest says, the point understands. Each has the fields of the other. */
type Agree<P, F extends keyof Guest> =
  P extends Point<infer Arg, infer Out, infer _>
    ? [
        ...Both<Asked<F, Arg>, Parameters<Guest[F]>[0]>,
        ...Both<NonNullable<Said<F, Out>>, NonNullable<ReturnType<Guest[F]>>>,
      ]
    : never

type Yes = [true, true, true, true]

/** Does not compile unless the two agree. */
const agree = <P extends { readonly id: string }, F extends keyof Guest>(
  { id }: P,
  name: F,
  ..._: Agree<P, F> extends Yes ? [] : [Agree<P, F>]
): readonly [id: string, name: string] => [id, name]

const agreed = [
  agree(interpret.replicas, 'interpretReplicas'),
  agree(interpret.components, 'interpretComponents'),
  agree(interpret.reviseReplicas, 'interpretReviseReplicas'),
  agree(interpret.retain, 'interpretRetain'),
  agree(interpret.status, 'interpretStatus'),
  agree(interpret.health, 'interpretHealth'),
  agree(interpret.aggregate, 'interpretAggregate'),
  agree(interpret.dependencies, 'interpretDependencies'),
  agree(schedule.filter, 'scheduleFilter'),
  agree(schedule.score, 'scheduleScore'),
  agree(schedule.estimate, 'scheduleEstimate'),
  agree(schedule.select, 'scheduleSelect'),
  agree(schedule.assign, 'scheduleAssign'),
  agree(override, 'renderOverride'),
  agree(mutate, 'admitMutate'),
  agree(refuse, 'admitRefuse'),
]

export const disagreeing = [
  // @ts-expect-error a score is no refusal
  () => agree(schedule.score, 'scheduleFilter'),
  // @ts-expect-error a revision has replicas, a template has none
  () => agree(interpret.reviseReplicas, 'interpretStatus'),
]

test('the schema of every guest point agrees with its types', () => {
  const points = guestPoints.map((point) => [point.id, guestFunction(point)])
  assert.deepEqual(agreed, points)
  assert.deepEqual(Object.keys(guestSchemas).sort(), points.map(([id]) => id).sort())
})
