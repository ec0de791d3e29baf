import { groupOf, type Manifest, versionOf } from '@flotilla/sdk'
import { contextType, type InterpreterRequest, type ResourceInterpreterContext } from '../context.ts'
import type { Operation } from '../operations.ts'

/** Those of a question. Karmada's servers take no other content type, nor one with more words in it. */
export const headers = { 'content-type': 'application/json', accept: 'application/json' }

/** What a question is about, beside the object. */
export type Asked = Pick<InterpreterRequest, 'observedObject' | 'replicas' | 'aggregatedStatus'>

/** A question as it goes over the wire, in the words of Karmada's. */
export function questionOf(
  uid: string,
  operation: Operation,
  object: Manifest,
  { observedObject, replicas = 0, aggregatedStatus }: Asked = {},
): ResourceInterpreterContext {
  const { apiVersion, kind, metadata } = object
  return {
    ...contextType,
    request: {
      uid,
      kind: { group: groupOf(apiVersion), version: versionOf(apiVersion), kind },
      name: metadata.name,
      ...(metadata.namespace && { namespace: metadata.namespace }),
      operation,
      object,
      ...(observedObject && { observedObject }),
      replicas,
      ...(aggregatedStatus && { aggregatedStatus }),
    },
  }
}

/** An object in a message: `Workload default/web`. */
export const objectText = ({ kind, metadata: { namespace, name } }: Manifest): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`
