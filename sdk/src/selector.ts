import type { LabelSelector, LabelSelectorRequirement, StringMap } from './manifest.ts'

/** A requirement that says something else than it seems to, which only admission refuses, holds for nothing. */
const holds = ({ key, operator, values = [] }: LabelSelectorRequirement, labels: StringMap): boolean => {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return values.length > 0 && (value === undefined || !values.includes(value))
    case 'Exists':
      return values.length === 0 && value !== undefined
    case 'DoesNotExist':
      return values.length === 0 && value === undefined
    default:
      return false
  }
}

function holdsAll(matchLabels: StringMap, labels: StringMap): boolean {
  for (const key in matchLabels) if (labels[key] !== matchLabels[key]) return false
  return true
}

/** Whether labels satisfy a selector. No selector, and an empty one, hold for everything. */
export const matchesLabels = (selector: LabelSelector | undefined, labels: StringMap = {}): boolean =>
  !selector ||
  ((!selector.matchLabels || holdsAll(selector.matchLabels, labels)) &&
    (selector.matchExpressions ?? []).every((requirement) => holds(requirement, labels)))
