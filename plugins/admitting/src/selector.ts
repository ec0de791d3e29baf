import {
  apiVersion,
  chosen,
  dnsLabel,
  type Field,
  type Format,
  isReservedNamespace,
  type LabelSelector,
  type LabelSelectorRequirement,
  labelKey,
  labelValue,
  named,
  type Problems,
  present,
  type ResourceSelector,
  written,
} from '@flotilla/sdk'

function* requirementProblems(requirement: Field<LabelSelectorRequirement>): Problems {
  const [operator, values] = [requirement.at('operator'), requirement.at('values')]
  yield* named(requirement.at('key'), labelKey)
  yield* chosen(operator, ['In', 'NotIn', 'Exists', 'DoesNotExist'])
  const compares = operator.value === 'In' || operator.value === 'NotIn'
  if (compares) yield* present(values, 'In and NotIn compare with values')
  else if (values.items().length > 0) yield values.forbidden('Exists and DoesNotExist have no values')
  for (const value of values.items()) yield* written(value, labelValue)
}

/** A label selector that could never match, or that says something else than it seems to. */
export function* labelSelectorProblems(selector: Field<LabelSelector | undefined>): Problems {
  for (const [key, value] of selector.at('matchLabels').entries()) {
    yield* named(key, labelKey)
    yield* written(value, labelValue)
  }
  for (const requirement of selector.at('matchExpressions').items()) yield* requirementProblems(requirement)
}

const unreserved: Format = (namespace) =>
  isReservedNamespace(namespace)
    ? 'must not be a namespace of the control plane: nothing is propagated from it'
    : undefined

const selectsNamespaces = ({ apiVersion, kind }: ResourceSelector): boolean =>
  apiVersion === 'v1' && kind === 'Namespace'

/**
 * Selectors of templates. Those of a namespaced policy stay in its namespace: `namespace` is undefined for a policy of the
 * whole cluster. Nothing is propagated out of reserved namespaces.
 */
export function* resourceSelectorProblems(
  selectors: Field<readonly ResourceSelector[] | undefined>,
  namespace: string | undefined,
): Problems {
  for (const selector of selectors.items()) {
    const place = selector.at('namespace')
    yield* named(selector.at('apiVersion'), apiVersion)
    yield* present(selector.at('kind'))
    yield* labelSelectorProblems(selector.at('labelSelector'))
    if (namespace !== undefined && place.value !== namespace) {
      yield place.invalid(`must be ${namespace}, the namespace of the policy; a policy for others is cluster-scoped`)
    }
    yield* written(place, (text) => dnsLabel(text) ?? unreserved(text))
    if (selectsNamespaces(selector.value)) yield* written(selector.at('name'), unreserved)
  }
}
