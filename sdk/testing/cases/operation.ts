import type { AggregatedStatusItem } from '../../src/api/binding.ts'
import type { Manifest } from '../../src/manifest.ts'
import type { Ask } from '../../src/point.ts'
import * as points from '../../src/points/interpret.ts'

/** What an interpreter is asked about, in the words of Karmada. */
export interface Given {
  /** The template. */
  readonly desiredObj?: Manifest
  /** What a member holds. */
  readonly observedObj?: Manifest
  readonly statusItems?: readonly AggregatedStatusItem[]
  readonly inputReplicas?: number
}

/** What came out, by the names Karmada has for it. */
export type Interpretation = Readonly<Record<string, unknown>>

/** An operation of an interpreter, and the point it is asked at. */
interface Operation {
  readonly point: string
  /** What it gives, in the order it is printed. */
  readonly gives: readonly string[]
  /** Undefined when nobody answers. */
  ask(ask: Ask, given: Given): Promise<Interpretation | undefined>
}

/** What an operation needs and was not given. */
export class Missing extends Error {}

const needed = (object: Manifest | undefined, name: string): Manifest => {
  if (object) return object
  throw new Missing(`it needs ${name}`)
}

/** Of the two objects, the one that an operation is about; the other one where that is all there is. */
const desired = ({ desiredObj, observedObj }: Given) => needed(desiredObj ?? observedObj, 'desiredObj or observedObj')
const observed = ({ desiredObj, observedObj }: Given) => needed(observedObj ?? desiredObj, 'observedObj or desiredObj')

/** An operation that gives one thing. */
const giving = (
  { id }: { readonly id: string },
  name: string,
  ask: (ask: Ask, given: Given) => Promise<unknown>,
): Operation => ({
  point: id,
  gives: [name],
  ask: async (asked, given) => {
    const answer = await ask(asked, given)
    return answer === undefined ? undefined : { [name]: answer }
  },
})

/** Everything an interpreter may be asked, by the names Karmada has for it. */
export const operations = {
  Retain: giving(points.retain, 'retained', (ask, { desiredObj, observedObj }) =>
    ask(points.retain, {
      desired: needed(desiredObj, 'desiredObj'),
      observed: needed(observedObj, 'observedObj'),
    }),
  ),
  InterpretReplica: {
    point: points.replicas.id,
    gives: ['replica', 'requires'],
    ask: async (ask, given) => {
      const needs = await ask(points.replicas, { manifest: desired(given) })
      return needs && { replica: needs.replicas, requires: needs.requirements ?? null }
    },
  },
  InterpretComponent: giving(points.components, 'components', (ask, given) =>
    ask(points.components, { manifest: desired(given) }),
  ),
  ReviseReplica: giving(points.reviseReplicas, 'revised', (ask, given) =>
    ask(points.reviseReplicas, { manifest: desired(given), replicas: given.inputReplicas ?? 0 }),
  ),
  InterpretStatus: giving(points.status, 'status', async (ask, given) => {
    const reflection = await ask(points.status, { manifest: observed(given) })
    return reflection && (reflection.status ?? null)
  }),
  AggregateStatus: giving(points.aggregate, 'aggregatedStatus', (ask, given) =>
    ask(points.aggregate, { template: desired(given), items: given.statusItems ?? [] }),
  ),
  InterpretHealth: giving(points.health, 'healthy', async (ask, given) => {
    const health = await ask(points.health, { manifest: observed(given) })
    return health && health === 'Healthy'
  }),
  InterpretDependency: giving(points.dependencies, 'dependencies', (ask, given) =>
    ask(points.dependencies, { manifest: desired(given) }),
  ),
} satisfies Readonly<Record<string, Operation>>

export type OperationName = keyof typeof operations

export const operationNames = Object.keys(operations) as readonly OperationName[] // its own keys

/** The operation of a name; capitals do not matter. Undefined when there is none. */
export const operationNamed = (name: string): OperationName | undefined =>
  operationNames.find((each) => each.toLowerCase() === name.toLowerCase())

/** Asks for one operation. Undefined when nobody answers. Throws `Missing`, and what who answers throws. */
export const interpretation = (ask: Ask, name: OperationName, given: Given): Promise<Interpretation | undefined> => {
  const operation: Operation = operations[name]
  return operation.ask(ask, given)
}
