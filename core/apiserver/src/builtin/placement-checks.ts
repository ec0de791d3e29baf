import type { LabelSelector } from '@flotilla/sdk'
import { labelValue, qualifiedName } from '../object/names.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, follows, required, selector, when } from './checks.ts'
import type { Affinity, NodeTerm, PodSpec, PodTerm, SpreadConstraint } from './pod-spec.ts'

type Requirement = NonNullable<NodeTerm['matchExpressions']>[number]

const comparing = ['Gt', 'Lt']

function nodeRequirement(field: string, { key, operator, values = [] }: Requirement): Causes {
  const wrongKey = follows(`${field}.key`, key, qualifiedName)
  switch (operator) {
    case 'In':
    case 'NotIn':
      return [
        ...when(values.length === 0, () =>
          cause.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
        ),
        ...wrongKey,
      ]
    case 'Exists':
    case 'DoesNotExist':
      return [
        ...when(values.length > 0, () =>
          cause.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        ),
        ...wrongKey,
      ]
    default:
      return comparing.includes(operator)
        ? [
            ...when(values.length !== 1, () =>
              cause.required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
            ),
            ...wrongKey,
          ]
        : [cause.invalid(`${field}.operator`, operator, 'not a valid selector operator'), ...wrongKey]
  }
}

const nodeTerm = (field: string, { matchExpressions = [] }: NodeTerm): Causes =>
  matchExpressions.flatMap((each, i) => nodeRequirement(`${field}.matchExpressions[${i}]`, each))

/** Terms of which one has to fit a node. */
export const nodeTerms = (field: string, terms: readonly NodeTerm[]): Causes => [
  ...when(terms.length === 0, () => cause.required(field, 'must have at least one node selector term')),
  ...terms.flatMap((each, i) => nodeTerm(`${field}[${i}]`, each)),
]

const weight = (field: string, value: number): Causes =>
  when(value < 1 || value > 100, () => cause.invalid(`${field}.weight`, value, 'must be in the range 1-100'))

const podTerm = (field: string, { labelSelector, topologyKey }: PodTerm): Causes => [
  ...selector(`${field}.labelSelector`, labelSelector),
  ...required(`${field}.topologyKey`, topologyKey, 'can not be empty'),
  ...follows(`${field}.topologyKey`, topologyKey, qualifiedName),
]

const hard = 'requiredDuringSchedulingIgnoredDuringExecution'
const soft = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Near which nodes, and which other Pods. */
export function affinity(field: string, { nodeAffinity, ...others }: Affinity): Causes {
  const terms = nodeAffinity?.[hard]
  return [
    ...(terms ? nodeTerms(`${field}.nodeAffinity.${hard}.nodeSelectorTerms`, terms.nodeSelectorTerms) : []),
    ...(nodeAffinity?.[soft] ?? []).flatMap((each, i) => {
      const at = `${field}.nodeAffinity.${soft}[${i}]`
      return [...weight(at, each.weight), ...nodeTerm(`${at}.preference`, each.preference)]
    }),
    ...(['podAffinity', 'podAntiAffinity'] as const).flatMap((name) => [
      ...(others[name]?.[hard] ?? []).flatMap((each, i) => podTerm(`${field}.${name}.${hard}[${i}]`, each)),
      ...(others[name]?.[soft] ?? []).flatMap((each, i) => {
        const at = `${field}.${name}.${soft}[${i}]`
        return [...weight(at, each.weight), ...podTerm(`${at}.podAffinityTerm`, each.podAffinityTerm)]
      }),
    ]),
  ]
}

const operators = ['Equal', 'Exists']

export const tolerations = (field: string, { tolerations: found = [] }: PodSpec): Causes =>
  found.flatMap(({ key, operator: said, value, effect, tolerationSeconds }, i) => {
    const operator = said || 'Equal'
    return [
      ...(key ? follows(`${field}[${i}].key`, key, qualifiedName) : []),
      ...when(!key && operator !== 'Exists', () =>
        cause.invalid(
          `${field}[${i}].operator`,
          said ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      ),
      ...when(tolerationSeconds !== undefined && effect !== 'NoExecute', () =>
        cause.invalid(
          `${field}[${i}].effect`,
          effect ?? '',
          "effect must be 'NoExecute' when `tolerationSeconds` is set",
        ),
      ),
      ...(operator === 'Equal' && value ? follows(`${field}[${i}].operator`, value, labelValue) : []),
      ...when(operator === 'Exists' && Boolean(value), () =>
        cause.invalid(`${field}[${i}].operator`, value, "value must be empty when `operator` is 'Exists'"),
      ),
      ...when(!operators.includes(operator), () => cause.notSupported(`${field}[${i}].operator`, operator, operators)),
    ]
  })

const spread = (field: string, constraint: SpreadConstraint): Causes => [
  ...when(constraint.maxSkew <= 0, () =>
    cause.invalid(`${field}.maxSkew`, constraint.maxSkew, 'must be greater than zero'),
  ),
  ...required(`${field}.topologyKey`, constraint.topologyKey, 'can not be empty'),
  ...when((constraint.minDomains ?? 1) <= 0, () =>
    cause.invalid(`${field}.minDomains`, constraint.minDomains, 'must be greater than zero'),
  ),
  ...selector(`${field}.labelSelector`, constraint.labelSelector as LabelSelector | undefined),
]

const isSame = (a: SpreadConstraint, b: SpreadConstraint): boolean =>
  a.topologyKey === b.topologyKey && a.whenUnsatisfiable === b.whenUnsatisfiable

/** How evenly Pods are spread, each thing said once. */
export const spreads = (field: string, found: readonly SpreadConstraint[] = []): Causes =>
  found.flatMap((each, i) => [
    ...spread(`${field}[${i}]`, each),
    ...when(
      found.slice(i + 1).some((other) => isSame(each, other)),
      () =>
        cause.duplicate(
          `${field}[${i}].{topologyKey, whenUnsatisfiable}`,
          `{${each.topologyKey}, ${each.whenUnsatisfiable}}`,
        ),
    ),
  ])
