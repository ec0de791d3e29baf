import type { AggregatedStatusItem, Manifest } from '@flotilla/sdk'
import { examineComplete, statusItem } from '@flotilla/sdk/testing'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { job } from './job.ts'
import { persistentVolumeClaim } from './persistent-volume-claim.ts'
import { pod } from './pod.ts'
import { podDisruptionBudget } from './pod-disruption-budget.ts'
import { statefulSet } from './stateful-set.ts'

const object = (apiVersion: string, kind: string, spec: object, status?: object, generation = 2): Manifest => ({
  apiVersion,
  kind,
  metadata: { namespace: 'shop', name: 'web', generation },
  spec,
  ...(status && { status }),
})
const item = (cluster: string, status?: object): AggregatedStatusItem =>
  statusItem(cluster, status as AggregatedStatusItem['status'])

const template = object('v1', 'Pod', {})
const is = (type: string, status: string, words: object = {}) => ({ type, status, ...words })
const main = (words: object) => ({
  name: 'main',
  image: 'web:1',
  ready: true,
  restartCount: 1,
  state: { running: {} },
  ...words,
})
const crashing = { waiting: { reason: 'CrashLoopBackOff' } }

examineComplete(pod, {
  'a pod that is ready everywhere is ready': {
    given: {
      template,
      items: [item('a', { conditions: [is('Ready', 'True')] }), item('b', { conditions: [is('Ready', 'True')] })],
    },
    adds: { conditions: [{ type: 'Ready', status: 'True' }], fields: {} },
  },
  'a pod that is not ready somewhere is not, with the words of there': {
    given: {
      template,
      items: [
        item('a', { conditions: [is('Ready', 'True')] }),
        item('b', { conditions: [is('Ready', 'False', { reason: 'ContainersNotReady', message: 'wait' })] }),
        item('c', { conditions: [is('Ready', 'False')] }),
      ],
    },
    adds: {
      conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'b: wait; c' }],
      fields: {},
    },
  },
  'a pod a cluster has not spoken of may be ready or not': {
    given: { template, items: [item('a', { conditions: [is('Ready', 'True')] }), item('b')] },
    adds: { conditions: [{ type: 'Ready', status: 'Unknown' }], fields: {} },
  },
  'a container of all clusters is as grave as the gravest': {
    given: {
      template,
      items: [
        item('a', { containerStatuses: [main({})] }),
        item('b', { containerStatuses: [main({ ready: false, restartCount: 5, state: crashing })] }),
      ],
    },
    adds: {
      conditions: [],
      fields: { containerStatuses: [main({ ready: false, restartCount: 6, state: crashing })] },
    },
  },
  'a container is over when it is over everywhere': {
    given: {
      template,
      items: [
        item('a', { initContainerStatuses: [main({ state: { terminated: { exitCode: 0 } } })] }),
        item('b', { initContainerStatuses: [main({})] }),
      ],
    },
    adds: { conditions: [], fields: { initContainerStatuses: [main({ restartCount: 2 })] } },
  },
  'a pod nobody has spoken of says nothing': { given: { template, items: [item('a')] } },
})

const budget = (disruptionsAllowed: number) => object('policy/v1', 'PodDisruptionBudget', {}, { disruptionsAllowed })
examineComplete(podDisruptionBudget, {
  'pods may go while some are allowed to': {
    given: { template: budget(1), items: [item('a', { disruptionsAllowed: 1 })] },
    adds: { conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }] },
  },
  'no pod may go when none is allowed to': {
    given: { template: budget(0), items: [item('a', { disruptionsAllowed: 0 })] },
    adds: { conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' }] },
  },
  'a budget nobody has spoken of says nothing': { given: { template: budget(0), items: [item('a')] } },
})

const autoscaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', {}, {})
examineComplete(horizontalPodAutoscaler, {
  'an autoscaler that counts everywhere has found what it scales': {
    given: { template: autoscaler, items: [item('a', { currentReplicas: 1 }), item('b', { desiredReplicas: 2 })] },
    adds: {
      conditions: [
        {
          type: 'AbleToScale',
          status: 'True',
          reason: 'SucceededGetScale',
          message: "the HPA controller was able to get the target's current scale",
        },
      ],
    },
  },
  'of one that does not count somewhere nothing is known': {
    given: { template: autoscaler, items: [item('a', { currentReplicas: 1 }), item('b', { desiredReplicas: 0 })] },
  },
  'nor of one that is silent somewhere': {
    given: { template: autoscaler, items: [item('a', { currentReplicas: 1 }), item('b')] },
  },
})

const ended = (type: string, reason: string, message: string) => ({ type, status: 'True', reason, message }) as const
const over = (...conditions: readonly object[]) => object('batch/v1', 'Job', {}, { conditions })
const failed = ended('Failed', 'JobFailed', 'Job executed failed in member clusters a')
const completed = ended('Complete', 'Completed', 'Job completed')
const met = ended('SuccessCriteriaMet', 'CompletionsReached', 'All member clusters have met success criteria')
examineComplete(job, {
  'a Job says that it is failing before it has failed': {
    given: { template: over(failed) },
    adds: { conditions: [{ ...failed, type: 'FailureTarget' }] },
  },
  'a Job says that it succeeds before it is complete': {
    given: { template: over(completed) },
    adds: { conditions: [{ ...completed, type: 'SuccessCriteriaMet' }] },
  },
  'a Job that has said it need not': { given: { template: over(completed, met) } },
  'a Job that goes on says nothing': { given: { template: over() } },
})

const claim = object('v1', 'PersistentVolumeClaim', {}, { phase: 'Bound' })
const bound = (storage: string) => ({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage } })
examineComplete(persistentVolumeClaim, {
  'a claim is as large as in every cluster': {
    given: { template: claim, items: [item('a', bound('1Gi')), item('b', bound('1Gi'))] },
    adds: { fields: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } } },
  },
  'a claim of several sizes has none': {
    given: { template: claim, items: [item('a', bound('1Gi')), item('b', bound('2Gi'))] },
    adds: { fields: { accessModes: ['ReadWriteOnce'] } },
  },
  'a claim that is not bound has none': {
    given: {
      template: object('v1', 'PersistentVolumeClaim', {}, { phase: 'Pending' }),
      items: [item('a', bound('1Gi'))],
    },
  },
})

const set = (status: object) => object('apps/v1', 'StatefulSet', { template: { spec: { containers: [] } } }, status)
const revision = 'web-f00de3f067'
examineComplete(statefulSet, {
  'a StatefulSet begins with one revision': {
    given: {
      template: set({ replicas: 2, updatedReplicas: 2, observedGeneration: 2 }),
      items: [item('a', { replicas: 2 })],
    },
    adds: { fields: { updateRevision: revision, currentRevision: revision } },
  },
  'rolls from one to another': {
    given: {
      template: set({ replicas: 2, updatedReplicas: 1, observedGeneration: 2 }),
      before: set({ currentRevision: 'web-old', updateRevision: 'web-old' }),
      items: [item('a', { replicas: 2 })],
    },
    adds: { fields: { updateRevision: revision, currentRevision: 'web-old' } },
  },
  'and has arrived when all are updated': {
    given: {
      template: set({ replicas: 2, updatedReplicas: 2, observedGeneration: 2 }),
      before: set({ currentRevision: 'web-old', updateRevision: revision }),
      items: [item('a', { replicas: 2 })],
    },
    adds: { fields: { updateRevision: revision, currentRevision: revision } },
  },
  'stays where it is until all clusters have seen the change': {
    given: {
      template: set({ replicas: 2, updatedReplicas: 1, observedGeneration: 1 }),
      before: set({ currentRevision: 'web-old', updateRevision: 'web-old' }),
      items: [item('a', { replicas: 2 })],
    },
    adds: { fields: { currentRevision: 'web-old', updateRevision: 'web-old' } },
  },
})
