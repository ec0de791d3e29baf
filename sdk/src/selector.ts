import type { LabelSelector, LabelSelectorRequirement, StringMap } from './manifest.ts'

const holds = ({ key, operator, values = [] }: LabelSelectorRequirement, labels: StringMap): boolean => {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

/** Whether labels satisfy a selector. No selector, and an empty one, hold for everything. */
export const matchesLabels = (selector: LabelSelector | undefined, labels: StringMap = {}): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector?.matchExpressions ?? []).every((requirement) => holds(requirement, labels))
