import type { LabelSelector, StringMap } from '@flotilla/sdk'
import { age, humanDuration } from '../answer/age.ts'

/** How `kubectl get` writes that there is nothing. */
export const none = '<none>'

/** Texts with commas, or `<none>`. */
export const listed = (texts: readonly string[]): string => (texts.length > 0 ? texts.join(',') : none)

/** The first ones, and how many more there are. */
export function abridged(texts: readonly string[], most: number): string {
  const rest = texts.length - most
  return rest > 0 ? `${texts.slice(0, most).join(',')} + ${rest} more...` : listed(texts)
}

/** Labels as a selector: `app=web,tier=front`, sorted. */
export const labelsText = (labels: StringMap = {}): string =>
  listed(
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .toSorted(),
  )

const requirementText = ({ key, operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number]) => {
  switch (operator) {
    case 'In':
      return `${key} in (${values.toSorted().join(',')})`
    case 'NotIn':
      return `${key} notin (${values.toSorted().join(',')})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
  }
}

/** A selector as `kubectl get` shows it: `app=web,tier in (a,b)`. */
export function selectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  return listed([...labels.toSorted(), ...(selector?.matchExpressions ?? []).map(requirementText)])
}

interface Templated {
  readonly containers?: readonly { readonly name: string; readonly image?: string }[]
}

export const containerNames = (spec: Templated | undefined): string =>
  (spec?.containers ?? []).map(({ name }) => name).join(',')

export const containerImages = (spec: Templated | undefined): string =>
  (spec?.containers ?? []).map(({ image = '' }) => image).join(',')

/** How long ago a time was; `<unknown>` when there is none. */
export const ago = (time: string | undefined, now: Date): string => age(time, now)

/** The time between two times, as `kubectl get` shows it. */
export const between = (start: string, end: string | Date): string =>
  humanDuration((new Date(end).getTime() - new Date(start).getTime()) / 1000)

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** Access modes of volumes in their short forms, each once, in Kubernetes' order. */
export const accessModes = (found: readonly string[] = []): string =>
  Object.entries(modes)
    .filter(([mode]) => found.includes(mode))
    .map(([, short]) => short)
    .join(',')
