import type { AggregatedStatusItem, Component, interpret, Json, Manifest } from '@flotilla/sdk'
import type { InterpreterRequest, ResourceInterpreterContext } from '../context.ts'
import type { Operation } from '../operations.ts'
import { type Answer, becomes, failed, succeeded } from './answers.ts'

type Maybe<T> = T | Promise<T>

/**
 * What is known of a kind: an answer for each question that makes sense for it. The objects are frozen: a change is a new object.
 * What is thrown is a failure with its message, and with its `statusCode` where it has one.
 */
export interface Interpreter<T extends Manifest = Manifest> {
  /** `InterpretReplica`: how many replicas it wants, and what one of them needs. */
  replicas?(object: T): Maybe<interpret.Needs>
  /** `InterpretComponent`: its pod templates, when they are several. */
  components?(object: T): Maybe<readonly Component[]>
  /** `ReviseReplica`: the object with so many replicas. */
  reviseReplicas?(object: T, replicas: number): Maybe<T>
  /** `Retain`: what is desired, with the fields that belong to the member. */
  retain?(desired: T, observed: T): Maybe<T>
  /** `AggregateStatus`: the object with a status that sums up what each cluster says. */
  aggregate?(object: T, items: readonly AggregatedStatusItem[]): Maybe<T>
  /** `InterpretStatus`: what of its status is collected. */
  status?(object: T): Maybe<Json>
  /** `InterpretHealth` */
  isHealthy?(object: T): Maybe<boolean>
  /** `InterpretDependency`: what it cannot run without. */
  dependencies?(object: T): Maybe<readonly interpret.Dependency[]>
}

/** A kind, and who answers questions about it. */
export interface Interpreted {
  readonly apiVersion: string
  readonly kind: string
  readonly answer: (request: Question) => Maybe<ResourceInterpreterContext>
}

/** A request that has an object: all that reach an interpreter do. */
export type Question<T extends Manifest = Manifest> = InterpreterRequest & { readonly object: T }

interface Typed {
  readonly apiVersion: string
  readonly kind: string
}

type Answers<T extends Manifest> = Readonly<
  Record<Operation, (interpreter: Interpreter<T>, request: Question<T>) => Maybe<Answer> | undefined>
>

const after = <A, B>(value: Maybe<A> | undefined, next: (value: A) => B): Maybe<B> | undefined =>
  value instanceof Promise ? value.then(next) : value === undefined ? undefined : next(value)

/** How each question is put to an interpreter; undefined when it has no answer to it. */
const answersOf = <T extends Manifest>(): Answers<T> => ({
  InterpretReplica: ({ replicas }, { object }) =>
    after(replicas?.(object), ({ replicas, requirements }) => ({
      replicas,
      ...(requirements && { replicaRequirements: requirements }),
    })),
  InterpretComponent: ({ components }, { object }) => after(components?.(object), (components) => ({ components })),
  InterpretDependency: ({ dependencies }, { object }) =>
    after(dependencies?.(object), (dependencies) => ({ dependencies })),
  ReviseReplica: ({ reviseReplicas }, { object, replicas = 0 }) =>
    after(reviseReplicas?.(object, replicas), (revised) => becomes(object, revised)),
  Retain: ({ retain }, { object, observedObject = object }) =>
    after(retain?.(object, observedObject as T), (retained) => becomes(object, retained)), // both are of the kind
  AggregateStatus: ({ aggregate }, { object, aggregatedStatus = [] }) =>
    after(aggregate?.(object, aggregatedStatus), (summed) => becomes(object, summed)),
  InterpretStatus: ({ status }, { object }) => after(status?.(object), (rawStatus) => ({ rawStatus })),
  InterpretHealth: ({ isHealthy }, { object }) => after(isHealthy?.(object), (healthy) => ({ healthy })),
})

/** Answers questions about a kind, in the shapes of the kind: what goes over the wire is made of them. */
export function onInterpret<T extends Manifest = Manifest>(
  { apiVersion, kind }: Typed,
  interpreter: Interpreter<T>,
): Interpreted {
  const answers = answersOf<T>()
  return {
    apiVersion,
    kind,
    answer: async (request) => {
      const answer = await answers[request.operation]?.(interpreter, request as Question<T>) // it is of the kind
      if (answer) return succeeded(request, answer)
      return failed(request, `${request.operation} of ${kind} is not answered here: take it out of the rules`, 400)
    },
  }
}

/** Answers questions about a kind as they come over the wire. `succeeded`, `failed` and `becomes` help with it. */
export const onContext = (
  { apiVersion, kind }: Typed,
  answer: (request: Question) => Maybe<ResourceInterpreterContext>,
): Interpreted => ({ apiVersion, kind, answer })
