import type { LabelSelector, Manifest } from '@flotilla/sdk'
import type { Condition } from './conditions.ts'
import type { Rule } from './rules.ts'
import type { Scope } from './scope.ts'

/** Which writes a policy, or its binding, is about. */
export interface MatchResources extends Scope {
  readonly resourceRules?: readonly Rule[]
  readonly excludeResourceRules?: readonly Rule[]
  readonly matchPolicy?: string
}

export interface Variable {
  readonly name: string
  readonly expression: string
}

export interface Validation {
  readonly expression: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
}

export interface AuditAnnotation {
  readonly key: string
  readonly valueExpression: string
}

/** What all policies say. */
export interface PolicyBasis {
  readonly failurePolicy?: string
  readonly paramKind?: { readonly apiVersion: string; readonly kind: string }
  readonly matchConstraints: MatchResources
  readonly matchConditions?: readonly Condition[]
  readonly variables?: readonly Variable[]
}

/** What a ValidatingAdmissionPolicy says. */
export interface PolicySpec extends PolicyBasis {
  readonly validations?: readonly Validation[]
  readonly auditAnnotations?: readonly AuditAnnotation[]
}

/** One step of what a MutatingAdmissionPolicy does. */
export interface Mutation {
  readonly patchType: string
  readonly applyConfiguration?: { readonly expression: string }
  readonly jsonPatch?: { readonly expression: string }
}

/** What a MutatingAdmissionPolicy says. */
export interface MutationSpec extends PolicyBasis {
  readonly mutations?: readonly Mutation[]
  readonly reinvocationPolicy?: string
}

/** Which writes a policy is bound to, and with which parameters. */
export interface BindingBasis {
  readonly policyName: string
  readonly paramRef?: {
    readonly name?: string
    readonly namespace?: string
    readonly selector?: LabelSelector
    readonly parameterNotFoundAction?: string
  }
  readonly matchResources?: MatchResources
}

/** What a binding says: where a policy holds, and what then happens. */
export interface PolicyWords extends BindingBasis {
  readonly validationActions: readonly string[]
}

/** They are kept as their schemas say. */
export type Policy = Manifest & { readonly spec: PolicySpec }
export type Binding = Manifest & { readonly spec: PolicyWords }
export type MutatingPolicy = Manifest & { readonly spec: MutationSpec }
export type AnyPolicy = Manifest & { readonly spec: PolicyBasis }
export type AnyBinding = Manifest & { readonly spec: BindingBasis }
