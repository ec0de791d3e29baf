import { type LabelSelector, type Manifest, parseQuantity } from '@flotilla/sdk'
import { dnsSubdomain } from '../object/names.ts'
import { cause } from '../schema/causes.ts'
import { type Amounts, type Causes, follows, selector, when } from './checks.ts'

interface Source {
  readonly apiGroup?: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

export interface Claim extends Manifest {
  readonly spec: {
    readonly dataSource?: Source
    readonly dataSourceRef?: Source
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

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const alone = 'ReadWriteOncePod'

export const modes = (field: string, found: readonly string[] = [], detail = ''): Causes => [
  ...when(found.length === 0, () => cause.required(field, detail)),
  ...found.filter((mode) => !accessModes.includes(mode)).map((mode) => cause.notSupported(field, mode, accessModes)),
  ...when(found.length > 1 && found.includes(alone), () =>
    cause.forbidden(field, `may not use ${alone} with other access modes`),
  ),
]

/** How much there is of it: more than nothing. */
export const size = (field: string, amount: string | number | undefined): Causes =>
  when(amount !== undefined && parseQuantity(amount) <= 0n, () =>
    cause.invalid(field, String(amount), 'must be greater than zero'),
  )

/** What is wrong with what a claim asks for, wherever it is described. */
export const claimSpec = (field: string, spec: Claim['spec']): Causes => [
  ...modes(`${field}.accessModes`, spec.accessModes, 'at least 1 access mode is required'),
  ...selector(`${field}.selector`, spec.selector),
  ...when(spec.resources?.requests?.storage === undefined, () => cause.required(`${field}.resources[storage]`)),
  ...size(`${field}.resources[storage]`, spec.resources?.requests?.storage),
  ...(spec.storageClassName ? follows(`${field}.storageClassName`, spec.storageClassName, dnsSubdomain) : []),
]
