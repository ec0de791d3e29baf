import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { object, required, type Schema, text } from '../schema.ts'

export interface LuaScript {
  readonly luaScript: string
}

/** How to interpret a kind, each a Lua function. What is missing is asked of the next interpreter. */
export interface CustomizationRules {
  /** `Retain(desiredObj, observedObj)`: the desired object with the fields that belong to the member. */
  readonly retention?: LuaScript
  /** `GetReplicas(desiredObj)`: how many replicas, and what one needs. */
  readonly replicaResource?: LuaScript
  /** `GetComponents(desiredObj)`: the pod templates. */
  readonly componentResource?: LuaScript
  /** `ReviseReplica(desiredObj, desiredReplica)`: the object with so many replicas. */
  readonly replicaRevision?: LuaScript
  /** `ReflectStatus(observedObj)`: the status to collect. */
  readonly statusReflection?: LuaScript
  /** `AggregateStatus(desiredObj, statusItems)`: the object with one status from all. */
  readonly statusAggregation?: LuaScript
  /** `InterpretHealth(observedObj)`: whether it is healthy. */
  readonly healthInterpretation?: LuaScript
  /** `GetDependencies(desiredObj)`: what it refers to. */
  readonly dependencyInterpretation?: LuaScript
}

export interface CustomizationTarget {
  readonly apiVersion: string
  readonly kind: string
}

export interface ResourceInterpreterCustomizationSpec {
  readonly target: CustomizationTarget
  readonly customizations: CustomizationRules
}

/** How to interpret a kind, in Lua. */
export interface ResourceInterpreterCustomization extends Manifest {
  readonly spec: ResourceInterpreterCustomizationSpec
}

export const resourceInterpreterCustomizationKind: Kind<ResourceInterpreterCustomization> = {
  apiVersion: 'config.karmada.io/v1alpha1',
  kind: 'ResourceInterpreterCustomization',
  plural: 'resourceinterpretercustomizations',
  scope: 'Cluster',
}

const script = (description: string, signature: string): Schema =>
  object<LuaScript>(description, { luaScript: required(text(`Lua that defines ${signature}.`)) })

const customizationsSchema = object<CustomizationRules>('How to interpret it; what is missing is left to others.', {
  retention: script('Which fields belong to the member.', 'Retain(desiredObj, observedObj)'),
  replicaResource: script('How many replicas it wants.', 'GetReplicas(desiredObj)'),
  componentResource: script('Which pod templates it has.', 'GetComponents(desiredObj)'),
  replicaRevision: script('How its replicas are changed.', 'ReviseReplica(desiredObj, desiredReplica)'),
  statusReflection: script('What of its status is collected.', 'ReflectStatus(observedObj)'),
  statusAggregation: script('How statuses become one.', 'AggregateStatus(desiredObj, statusItems)'),
  healthInterpretation: script('Whether it is healthy.', 'InterpretHealth(observedObj)'),
  dependencyInterpretation: script('What it refers to.', 'GetDependencies(desiredObj)'),
})

const specSchema = object<ResourceInterpreterCustomizationSpec>('A kind, and how to interpret it.', {
  target: required(
    object<CustomizationTarget>('The kind.', {
      apiVersion: required(text('Version of the kind, such as apps/v1.')),
      kind: required(text('Name of the kind.')),
    }),
  ),
  customizations: required(customizationsSchema),
})

export const resourceInterpreterCustomizationDefinition: Definition = {
  kind: resourceInterpreterCustomizationKind,
  shortNames: ['ric'],
  categories: ['karmada-io'],
  description: 'How to interpret a kind, in Lua.',
  fields: { spec: required(specSchema) },
  columns: [
    { name: 'TARGET-API-VERSION', type: 'string', jsonPath: '.spec.target.apiVersion' },
    { name: 'TARGET-KIND', type: 'string', jsonPath: '.spec.target.kind' },
    ageColumn,
  ],
}
