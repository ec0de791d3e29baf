import type { LabelSelector, Manifest } from '@flotilla/sdk'
import { cause } from '../schema/causes.ts'
import { type Amounts, amounts, type Causes, selector, when } from './checks.ts'

export interface Claim extends Manifest {
  readonly spec: {
    readonly accessModes?: readonly string[]
    readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts }
    readonly selector?: LabelSelector
    readonly storageClassName?: string
    readonly volumeAttributesClassName?: string
    readonly volumeMode?: string
    readonly volumeName?: string
  }
  readonly status?: {
    readonly phase?: string
    readonly capacity?: Amounts
    readonly accessModes?: readonly string[]
  }
}

export const modes = (field: string, found: readonly string[] = []): Causes =>
  when(found.length === 0, () => cause.required(field, 'at least 1 access mode is required'))

/** What is wrong with what a claim asks for, wherever it is described. */
export const claimSpec = (field: string, spec: Claim['spec']): Causes => [
  ...modes(`${field}.accessModes`, spec.accessModes),
  ...selector(`${field}.selector`, spec.selector),
  ...when(spec.resources?.requests?.storage === undefined, () => cause.required(`${field}.resources[storage]`)),
  ...amounts(`${field}.resources.requests`, spec.resources?.requests),
]
