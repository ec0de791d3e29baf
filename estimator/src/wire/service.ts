import type { MethodDefinition } from '@grpc/grpc-js'
import type { Message } from './message.ts'
import { messages } from './messages.ts'

const name = 'github.com.karmada_io.karmada.pkg.estimator.service.Estimator'

const method = <Request, Response>(
  verb: string,
  request: Message<Request>,
  response: Message<Response>,
): MethodDefinition<Request, Response> => ({
  path: `/${name}/${verb}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: request.encode,
  requestDeserialize: request.decode,
  responseSerialize: response.encode,
  responseDeserialize: response.decode,
})

/** What an estimator is asked. */
export const service = {
  MaxAvailableReplicas: method('MaxAvailableReplicas', messages.replicasRequest, messages.replicasResponse),
  MaxAvailableComponentSets: method('MaxAvailableComponentSets', messages.setsRequest, messages.setsResponse),
  GetUnschedulableReplicas: method(
    'GetUnschedulableReplicas',
    messages.unschedulableRequest,
    messages.unschedulableResponse,
  ),
}
