import { type Client, errors, type Metrics } from '@flotilla/sdk'
import { availableReplicas, availableSets } from '../simulation/simulation.ts'
import type {
  ReplicasRequest,
  ReplicasResponse,
  SetsRequest,
  SetsResponse,
  UnschedulableRequest,
  UnschedulableResponse,
} from '../wire/messages.ts'
import { readAssumed, readComponent, readRequirements } from '../wire/requirements.ts'
import type { Ledger } from './ledger.ts'
import { answerMetrics } from './metrics.ts'
import { unschedulableReplicas } from './unschedulable.ts'

export interface AnswersOptions {
  /** The cluster's name. Questions about another one are refused. */
  readonly cluster: string
  readonly ledger: Ledger
  /** The cluster's API. */
  readonly client: Client
  readonly metrics: Metrics
  readonly now?: () => Date
}

/** What an estimator answers, without the wire. */
export interface Answers {
  replicas(request: ReplicasRequest): Promise<ReplicasResponse>
  sets(request: SetsRequest): Promise<SetsResponse>
  unschedulable(request: UnschedulableRequest, signal: AbortSignal): Promise<UnschedulableResponse>
}

const nanoseconds = 1_000_000

export function createAnswers({ cluster, ledger, client, metrics, now = () => new Date() }: AnswersOptions): Answers {
  const { timed } = answerMetrics(metrics)
  const check = (asked = '') => {
    if (asked !== cluster) throw errors.ESTIMATOR_OTHER_CLUSTER(asked, cluster)
  }
  return {
    replicas: ({ cluster, replicaRequirements = {}, assumedWorkloads = [] }) =>
      timed('MaxAvailableReplicas', () => {
        check(cluster)
        const needs = readRequirements(replicaRequirements)
        return { maxReplicas: availableReplicas(ledger.state(), needs, assumedWorkloads.map(readAssumed)) }
      }),
    sets: ({ cluster, components = [], namespace, assumedWorkloads = [] }) =>
      timed('MaxAvailableComponentSets', () => {
        check(cluster)
        const wanted = components.map(readComponent)
        return { maxSets: availableSets(ledger.state(), wanted, namespace, assumedWorkloads.map(readAssumed)) }
      }),
    unschedulable: ({ cluster, resource = {}, unschedulableThreshold = 0 }, signal) =>
      timed('GetUnschedulableReplicas', async () => {
        check(cluster)
        const { kind, namespace = '', name = '' } = resource
        if (kind !== 'Deployment') throw errors.ESTIMATOR_KIND(kind || '(none)')
        const asked = { namespace, name, threshold: unschedulableThreshold / nanoseconds, now: now().getTime(), signal }
        return { unschedulableReplicas: await unschedulableReplicas(client, ledger, asked) }
      }),
  }
}
