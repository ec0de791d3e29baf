import {
  between,
  type Failover,
  Field,
  labelKey,
  named,
  oneOf,
  type Problems,
  present,
  type StatePreservation,
} from '@flotilla/sdk'

function* preservationProblems(preservation: Field<StatePreservation | undefined>): Problems {
  for (const rule of preservation.at('rules').items()) {
    yield* named(rule.at('aliasLabelName'), labelKey)
    yield* present(rule.at('jsonPath'))
  }
}

function* graceProblems(application: Field<NonNullable<Failover['application']>>): Problems {
  const grace = application.at('gracePeriodSeconds')
  yield* between(grace, 1, Number.POSITIVE_INFINITY)
  const gracefully = (application.value.purgeMode ?? 'Gracefully') === 'Gracefully'
  if (gracefully) yield* present(grace, 'purgeMode Gracefully waits for so many seconds at most')
  else if (grace.value !== undefined) yield grace.forbidden('only purgeMode Gracefully waits')
}

/** Failover that could not work. `propagatesDeps`: whether dependencies go with the workload. */
export function* failoverProblems(failover: Field<Failover | undefined>, propagatesDeps: boolean): Problems {
  const [application, cluster] = [failover.at('application'), failover.at('cluster')]
  yield* oneOf(cluster.at('purgeMode'), ['Directly', 'Gracefully'])
  yield* preservationProblems(cluster.at('statePreservation'))
  const { value, path } = application
  if (!value) return
  if (!propagatesDeps) {
    yield application.invalid('needs spec.propagateDeps: true, or the workload would move without what it depends on')
  }
  yield* oneOf(application.at('purgeMode'), ['Directly', 'Gracefully', 'Never'])
  yield* between(application.at('decisionConditions').at('tolerationSeconds'), 0, Number.POSITIVE_INFINITY)
  yield* graceProblems(new Field(path, value))
  yield* preservationProblems(application.at('statePreservation'))
}
