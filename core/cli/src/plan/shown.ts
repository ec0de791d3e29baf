import type { Difference } from '@flotilla/core'
import { isFields, type Manifest, prune, withField, withoutKeys } from '@flotilla/sdk'

const isBookkeeping = (key: string): boolean =>
  /(^|\.)karmada\.io\//.test(key) || key === 'kubectl.kubernetes.io/last-applied-configuration'

/** What of an object is worth showing: neither what its server counts, nor what is noted on it to find it again. */
export function shown(object: Manifest): Manifest {
  const { metadata, apiVersion, kind, ...rest } = prune(object)
  const { labels, annotations, ...others } = metadata
  const kept = {
    ...others,
    labels: withoutKeys(labels, isBookkeeping),
    annotations: withoutKeys(annotations, isBookkeeping),
  }
  return { apiVersion, kind, metadata: kept, ...rest }
}

const secretFields = ['data', 'stringData'] as const

const isSecret = ({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean =>
  apiVersion === 'v1' && kind === 'Secret'

const masked = (value: unknown, mark: string): unknown => {
  if (value === undefined) return undefined
  return isFields(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, mark])) : mark
}

const inWhole = (value: unknown): unknown =>
  isFields(value)
    ? secretFields.reduce<object>((object, field) => withField(object, [field], masked(value[field], '***')), value)
    : value

/** What a Secret holds is nobody's to read here: that it differs is all that is said, as by `kubectl diff`. */
export function discreet(about: Pick<Manifest, 'apiVersion' | 'kind'>, difference: Difference): Difference {
  const { path, desired, observed } = difference
  if (!isSecret(about)) return difference
  if (path === '') return { path, desired: inWhole(desired), observed: inWhole(observed) }
  if (!secretFields.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)))
    return difference
  const both = desired !== undefined && observed !== undefined
  return {
    path,
    desired: masked(desired, both ? '*** (after)' : '***'),
    observed: masked(observed, both ? '*** (before)' : '***'),
  }
}
