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
  /** The object in question. */
  readonly about: (arg: Arg) => Manifest
  /** What the question has beside the object. */
  readonly asks?: (arg: Arg) => Asked
  /** What a response says; undefined is no opinion. Throws an Error with the reason when it says nothing that could be used. */
  readonly reads: (response: InterpreterResponse, arg: Arg) => Out | undefined
}

const missing = (operation: Operation, field: string): Error =>
  new Error(`an answer to ${operation} has response.${field}`)

const template = ({ manifest }: interpret.Template): Manifest => manifest

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
  about: template,
  reads: ({ replicas, replicaRequirements: requirements }) => {
    if (replicas === undefined || replicas === null) throw missing('InterpretReplica', 'replicas')
    return { replicas, ...(requirements && { requirements }) }
  },
}

const components: Interpretation<interpret.Template, NonNullable<InterpreterResponse['components']>> = {
  operation: 'InterpretComponent',
  point: interpret.components,
  about: template,
  reads: ({ components }) => components ?? undefined, // null is what Go says for none
}

const dependencies: Interpretation<interpret.Template, readonly interpret.Dependency[]> = {
  operation: 'InterpretDependency',
  point: interpret.dependencies,
  about: template,
  reads: ({ dependencies }) => dependencies ?? [],
}

const reviseReplicas: Interpretation<interpret.Revision, Manifest> = {
  operation: 'ReviseReplica',
  point: interpret.reviseReplicas,
  about: ({ manifest }) => manifest,
  asks: ({ replicas }) => ({ replicas }),
  reads: (response, { manifest }) => revised(manifest, response),
}

const retain: Interpretation<interpret.Retention, Manifest> = {
  operation: 'Retain',
  point: interpret.retain,
  about: ({ desired }) => desired,
  asks: ({ observed }) => ({ observedObject: observed }),
  reads: (response, { desired }) => revised(desired, response),
}

const aggregate: Interpretation<interpret.Aggregation, Manifest> = {
  operation: 'AggregateStatus',
  point: interpret.aggregate,
  about: ({ template }) => template,
  asks: ({ items }) => ({ aggregatedStatus: items }),
  reads: (response, { template }) => revised(template, response),
}

const status: Interpretation<interpret.Template, interpret.Reflection> = {
  operation: 'InterpretStatus',
  point: interpret.status,
  about: template,
  reads: ({ rawStatus }) => {
    if (rawStatus === undefined || rawStatus === null) throw missing('InterpretStatus', 'rawStatus')
    return { status: rawStatus }
  },
}

const health: Interpretation<interpret.Template, Health> = {
  operation: 'InterpretHealth',
  point: interpret.health,
  about: template,
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
