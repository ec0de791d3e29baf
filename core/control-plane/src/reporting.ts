import type { Recorder } from '@flotilla/sdk'

/**
 * Events that say a step went well, one or more for each object and cluster. Every one of them is a write, and what
 * they say stands in statuses and conditions, too.
 */
const ofEveryStep: ReadonlySet<string> = new Set([
  'GetReplicasSucceed',
  'GetComponentsSucceed',
  'GetDependenciesSucceed',
  'SyncScheduleResultToDependenciesSucceed',
  'ApplyOverridePolicySucceed',
  'SyncWorkSucceed',
  'SyncSucceed',
  'ReflectStatusSucceed',
  'InterpretHealthSucceed',
  'AggregateStatusSucceed',
  'CollectOverallStatusSucceed',
  'DispatchEndpointSliceSucceed',
])

/** A recorder that writes all events, or all but those of every step that went well. */
export const reporting = (record: Recorder, successEvents: 'few' | 'all'): Recorder =>
  successEvents === 'all'
    ? record
    : (about, type, reason, message) => {
        if (!ofEveryStep.has(reason)) record(about, type, reason, message)
      }
