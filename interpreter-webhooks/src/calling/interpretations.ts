import { type Health, interpret, type Manifest, type Point } from '@flotilla/sdk'
import type { InterpreterResponse } from '../context.ts'
import type { Operation } from '../operations.ts'
import { patched } from './patch.ts'
import type { Asked } from './question.ts'
import { shown } from './response.ts'

/** An operation of webhooks, and the extension point it answers. */
export interface Interpretation<Arg, Out> {
  readonly operation: Operation
  readonly point: Point<Arg, Out | undefined, Out | undefined>
  readonly asks: (arg: Arg) => Asked
  /** What a response says; undefined is no opinion. Throws an Error with the reason when it says nothing that could be used. */
  readonly reads: (response: InterpreterResponse, arg: Arg) => Out | undefined
}

const missing = (operation: Operation, field: string): Error =>
  new Error(`an answer to ${operation} has response.${field}`)

const aboutTemplate = ({ manifest }: interpret.Template): Asked => ({ object: manifest })

/** What becomes of the object. Without a patch it stays as it is. */
function revised(object: Manifest, { patch, patchType }: InterpreterResponse): Manifest {
  if (!patch && !patchType) return object
  if (!patchType) throw new Error('response.patchType is missing: a patch is a "JSONPatch"')
  if (patchType !== 'JSONPatch') throw new Error(`response.patchType is ${shown(patchType)}: a patch is a "JSONPatch"`)
  if (typeof patch !== 'string' || patch === '')
    throw new Error(`response.patch is ${shown(patch)}: with a patchType it is a JSON patch in base64`)
  return patched(object, patch)
}

const replicas: Interpretation<interpret.Template, interpret.Needs> = {
  operation: 'InterpretReplica',
  point: interpret.replicas,
  asks: aboutTemplate,
  reads: ({ replicas, replicaRequirements: requirements }) => {
    if (replicas === undefined || replicas === null) throw missing('InterpretReplica', 'replicas')
    return { replicas, ...(requirements && { requirements }) }
  },
}

const components: Interpretation<interpret.Template, NonNullable<InterpreterResponse['components']>> = {
  operation: 'InterpretComponent',
  point: interpret.components,
  asks: aboutTemplate,
  reads: ({ components }) => components ?? undefined, // null is what Go says for none
}

const dependencies: Interpretation<interpret.Template, readonly interpret.Dependency[]> = {
  operation: 'InterpretDependency',
  point: interpret.dependencies,
  asks: aboutTemplate,
  reads: ({ dependencies }) => dependencies ?? [],
}

const reviseReplicas: Interpretation<interpret.Revision, Manifest> = {
  operation: 'ReviseReplica',
  point: interpret.reviseReplicas,
  asks: ({ manifest, replicas }) => ({ object: manifest, replicas }),
  reads: (response, { manifest }) => revised(manifest, response),
}

const retain: Interpretation<interpret.Retention, Manifest> = {
  operation: 'Retain',
  point: interpret.retain,
  asks: ({ desired, observed }) => ({ object: desired, observedObject: observed }),
  reads: (response, { desired }) => revised(desired, response),
}

const aggregate: Interpretation<interpret.Aggregation, Manifest> = {
  operation: 'AggregateStatus',
  point: interpret.aggregate,
  asks: ({ template, items }) => ({ object: template, aggregatedStatus: items }),
  reads: (response, { template }) => revised(template, response),
}

const status: Interpretation<interpret.Template, interpret.Reflection> = {
  operation: 'InterpretStatus',
  point: interpret.status,
  asks: aboutTemplate,
  reads: ({ rawStatus }) => {
    if (rawStatus === undefined || rawStatus === null) throw missing('InterpretStatus', 'rawStatus')
    return { status: rawStatus }
  },
}

const health: Interpretation<interpret.Template, Health> = {
  operation: 'InterpretHealth',
  point: interpret.health,
  asks: aboutTemplate,
  reads: ({ healthy }) => {
    if (typeof healthy !== 'boolean') throw missing('InterpretHealth', 'healthy')
    return healthy ? 'Healthy' : 'Unhealthy'
  },
}

/** Something that is done with every interpretation, whatever it is about. */
export type ForEach<T> = <Arg, Out>(interpretation: Interpretation<Arg, Out>) => T

/** Each interpretation, with its own types. */
export const eachInterpretation = <T>(step: ForEach<T>): readonly T[] => [
  step(replicas),
  step(components),
  step(dependencies),
  step(reviseReplicas),
  step(retain),
  step(aggregate),
  step(status),
  step(health),
]
