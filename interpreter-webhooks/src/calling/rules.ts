import { groupOf, type ResourceInterpreterWebhook, versionOf, type WebhookRule } from '@flotilla/sdk'
import type { Operation } from '../operations.ts'

/** A kind, as a manifest says it. */
export interface Typed {
  readonly apiVersion: string
  readonly kind: string
}

const names = (words: readonly string[], word: string): boolean => words.includes(word) || words.includes('*')

const isAbout = (rule: WebhookRule, { apiVersion, kind }: Typed): boolean =>
  names(rule.apiGroups, groupOf(apiVersion)) &&
  names(rule.apiVersions, versionOf(apiVersion)) &&
  names(rule.kinds, kind)

/** Whether a webhook is asked this of that kind: one of its rules is about both. */
export const isAsked = ({ rules = [] }: ResourceInterpreterWebhook, operation: Operation, type: Typed): boolean =>
  rules.some((rule) => names(rule.operations, operation) && isAbout(rule, type))

/** Whether a rule asks this by its name, not only because it asks all there is. */
export const isNamed = ({ rules = [] }: ResourceInterpreterWebhook, operation: Operation, type: Typed): boolean =>
  rules.some((rule) => rule.operations.includes(operation) && isAbout(rule, type))

/** The kinds a webhook is asked this of, in words: `apps/v1 Deployment`, `* *`. */
export const kindsOf = ({ rules = [] }: ResourceInterpreterWebhook, operation: Operation): readonly string[] =>
  rules
    .filter((rule) => names(rule.operations, operation))
    .flatMap(({ apiGroups, apiVersions, kinds }) =>
      apiGroups.flatMap((group) =>
        apiVersions.flatMap((version) => kinds.map((kind) => `${group && `${group}/`}${version} ${kind}`)),
      ),
    )
