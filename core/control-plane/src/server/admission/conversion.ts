import {
  annotation,
  bindingFromV1alpha1,
  bindingToV1alpha1,
  bindingV1alpha1ApiVersion,
  convertBinding,
  deepFreeze,
  isFields,
  type Manifest,
  reasonOf,
  withAnnotation,
  withoutKeys,
} from '@flotilla/sdk'
import type { FastifyPluginAsync } from 'fastify'

/** The request of a `ConversionReview` (apiextensions.k8s.io/v1). */
interface ConversionRequest {
  readonly uid: string
  readonly desiredAPIVersion: string
  readonly objects: readonly Manifest[]
}

interface ConversionReview {
  readonly request: ConversionRequest
}

const schema = {
  body: {
    type: 'object',
    required: ['request'],
    properties: {
      request: {
        type: 'object',
        required: ['uid', 'desiredAPIVersion', 'objects'],
        properties: {
          uid: { type: 'string' },
          desiredAPIVersion: { type: 'string' },
          objects: { type: 'array', items: { type: 'object', required: ['apiVersion', 'kind', 'metadata'] } },
        },
      },
    },
  },
}

/** A whole list is converted in one call. */
const bodyLimit = 128 * 1024 * 1024

const { wholeBinding } = annotation

const withoutWhole = (object: Manifest): Manifest => {
  const { annotations: all, ...metadata } = object.metadata
  const annotations = withoutKeys(all, (key) => key === wholeBinding)
  return { ...object, metadata: annotations ? { ...metadata, annotations } : metadata }
}

/** What an annotation says the binding was before; nothing when it cannot be read. */
function wholeOf({ metadata }: Manifest): Readonly<Record<string, unknown>> | undefined {
  try {
    const said: unknown = JSON.parse(metadata.annotations?.[wholeBinding] ?? 'null')
    return isFields(said) ? said : undefined
  } catch {
    return undefined
  }
}

/** The annotation need not carry what clusters report: the first version says that, too. */
const lean = (status: unknown): unknown => {
  if (!isFields(status) || !Array.isArray(status.aggregatedStatus)) return status
  const { conditions: _, aggregatedStatus, ...rest } = status
  const items = aggregatedStatus.map(({ clusterName, health }) => ({ clusterName, health }))
  return { ...rest, aggregatedStatus: items }
}

/**
 * An API server that asks over HTTP does not say what is stored, so what the first version cannot say travels with the
 * object, in an annotation, and comes back with it.
 */
function converted(object: Manifest, apiVersion: string): Manifest {
  if (object.apiVersion === apiVersion) return object
  if (convertBinding(object, apiVersion) === undefined) {
    throw new Error(`${object.kind} of ${object.apiVersion} is not converted to ${apiVersion}`)
  }
  if (apiVersion !== bindingV1alpha1ApiVersion) return bindingFromV1alpha1(withoutWhole(object), wholeOf(object))
  const { spec, status } = object
  return withAnnotation(bindingToV1alpha1(object), wholeBinding, JSON.stringify({ spec, status: lean(status) }))
}

const answerTo = ({ uid, desiredAPIVersion, objects }: ConversionRequest): object => {
  try {
    const convertedObjects = deepFreeze(objects).map((object) => converted(object, desiredAPIVersion))
    return { uid, convertedObjects, result: { status: 'Success' } }
  } catch (error) {
    return { uid, convertedObjects: [], result: { status: 'Failure', message: reasonOf(error) } }
  }
}

/**
 * Conversion for a real kube-apiserver: `POST /convert` is the
 * conversion webhook of both kinds of binding. It speaks `ConversionReview` v1.
 */
export const conversionWebhook = (): FastifyPluginAsync => async (app) => {
  app.post<{ Body: ConversionReview }>('/convert', { schema, bodyLimit }, async ({ body: { request } }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: answerTo(request),
  }))
}
