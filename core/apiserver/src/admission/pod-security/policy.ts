import type { Manifest, StatusCause } from '@flotilla/sdk'
import { cause } from '../../schema/causes.ts'
import { type Level, levels, minorOf, type Standard } from './standard.ts'

/** What may be done about a Pod that does not keep a standard. */
export const modes = ['enforce', 'audit', 'warn'] as const

export type Mode = (typeof modes)[number]

/** What a namespace wants of its Pods. */
export type Policy = Readonly<Record<Mode, Standard>>

type Labels = Readonly<Record<string, string>>

const prefix = 'pod-security.kubernetes.io/'

const isLevel = (text: string): text is Level => (levels as readonly string[]).includes(text)

const nothing: Standard = { level: 'privileged', version: 'latest' }

const none: Policy = { enforce: nothing, audit: nothing, warn: nothing }

/** Whoever mistypes what he wants, gets the most careful. */
const standardOf = (labels: Labels, mode: Mode): Standard => {
  const level = labels[`${prefix}${mode}`] ?? 'privileged'
  const version = labels[`${prefix}${mode}-version`] ?? 'latest'
  return {
    level: isLevel(level) ? level : 'restricted',
    version: minorOf(version) === undefined ? 'latest' : version,
  }
}

const rank = ({ level }: Standard): number => levels.indexOf(level)

/** What is not allowed is warned of where it is only described, too, unless a namespace says otherwise. */
const withWarnings = (policy: Policy, labels: Labels): Policy =>
  labels[`${prefix}warn`] === undefined && rank(policy.enforce) > rank(policy.warn)
    ? { ...policy, warn: policy.enforce }
    : policy

const known = new WeakMap<Labels, Policy>()

const read = (labels: Labels): Policy => {
  if (!Object.keys(labels).some((key) => key.startsWith(prefix))) return none
  const [enforce, audit, warn] = modes.map((mode) => standardOf(labels, mode))
  return withWarnings({ enforce: enforce ?? nothing, audit: audit ?? nothing, warn: warn ?? nothing }, labels)
}

/** The same labels are read once. */
export const policyOf = ({ metadata: { labels } }: Pick<Manifest, 'metadata'>): Policy => {
  if (!labels) return none
  const found = known.get(labels) ?? read(labels)
  known.set(labels, found)
  return found
}

/** Whether nothing is wanted at all. */
export const isOpen = (policy: Policy): boolean => modes.every((mode) => policy[mode].level === 'privileged')

/** What is wrong with the labels of a namespace. */
export const causesOf = ({ metadata: { labels = {} } }: Pick<Manifest, 'metadata'>): readonly StatusCause[] =>
  modes.flatMap((mode) => {
    const [level, version] = [labels[`${prefix}${mode}`], labels[`${prefix}${mode}-version`]]
    const field = `metadata.labels[${prefix}${mode}`
    return [
      ...(level !== undefined && !isLevel(level)
        ? [cause.invalid(`${field}]`, level, 'must be one of privileged, baseline, restricted')]
        : []),
      ...(version !== undefined && minorOf(version) === undefined
        ? [cause.invalid(`${field}-version]`, version, 'must be "latest" or "v1.x"')]
        : []),
    ]
  })
