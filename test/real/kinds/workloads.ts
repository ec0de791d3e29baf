import type { Case, Change, Kind } from './kind.ts'

const containers = [{ name: 'a', image: 'nginx:1' }]
const template = { metadata: { labels: { app: 'web' } }, spec: { containers } }
const selector = { matchLabels: { app: 'web' } }

const of = (kind: string, plural: string, spec: object = {}): Kind => ({
  path: `/apis/apps/v1/namespaces/default/${plural}`,
  object: { apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec: { selector, template, ...spec } },
})

const pod = (change: Change): Change =>
  Object.fromEntries(Object.entries(change).map(([place, value]) => [`spec.template.spec.${place}`, value]))

/** What holds for every kind with Pods of its own. */
const common: readonly Case[] = [
  ['no spec', { spec: undefined }],
  ['no selector', { 'spec.selector': undefined }],
  ['an empty selector', { 'spec.selector': {} }],
  ['no template', { 'spec.template': undefined }],
  ['a selector of others', { 'spec.selector.matchLabels.app': 'other' }],
  ['a selector without values', { 'spec.selector.matchExpressions': [{ key: 'app', operator: 'In' }] }],
  [
    'a selector with too many values',
    { 'spec.selector.matchExpressions': [{ key: 'app', operator: 'Exists', values: ['a'] }] },
  ],
  ['a selector of no operator', { 'spec.selector.matchExpressions': [{ key: 'app', operator: 'Is' }] }],
  ['a label that is none', { 'spec.template.metadata.labels': { app: 'web', 'a b': 'c d' } }],
  ['an annotation that is none', { 'spec.template.metadata.annotations': { 'a b': 'c' } }],
  ['Pods that end', pod({ restartPolicy: 'Never' })],
  ['Pods with a deadline', pod({ activeDeadlineSeconds: 3 })],
  ['an image that is not there', pod({ containers: [{ name: 'a' }] })],
  ['a time before the first', { 'spec.minReadySeconds': -1 }],
]

const counted: readonly Case[] = [
  ['a text for a number', { 'spec.replicas': 'x' }],
  ['half a number', { 'spec.replicas': 1.5 }],
  ['fewer than none', { 'spec.replicas': -1 }],
]

const history: Case = ['less history than none', { 'spec.revisionHistoryLimit': -1 }]

const deployment: Kind = {
  ...of('Deployment', 'deployments'),
  made: [
    ['minimal', {}],
    [
      'a template without labels and with expressions',
      { 'spec.selector': { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'b'] }] } },
    ],
    ['half a strategy', { 'spec.strategy': { rollingUpdate: { maxSurge: 1 } } }],
    ['another strategy', { 'spec.strategy': { type: 'Recreate' } }],
    ['none', { 'spec.replicas': 0, 'spec.paused': true, 'spec.minReadySeconds': 5, 'spec.revisionHistoryLimit': 0 }],
    ['with a status', { status: { replicas: 3 } }],
  ],
  tried: [
    ...common,
    ...counted,
    history,
    ['a list for a map', { 'spec.template': [] }],
    ['a map for a list', { 'spec.template.spec.containers': {} }],
    ['a number for a text', { 'spec.template.spec.containers.0.image': 1 }],
    ['a text for a flag', { 'spec.paused': 'yes' }],
    ['an unknown strategy', { 'spec.strategy': { type: 'Slow' } }],
    ['a surge of text', { 'spec.strategy': { rollingUpdate: { maxSurge: 'half' } } }],
    ['a surge below nothing', { 'spec.strategy': { rollingUpdate: { maxSurge: -1 } } }],
    ['more than all', { 'spec.strategy': { rollingUpdate: { maxUnavailable: '120%' } } }],
    ['no room', { 'spec.strategy': { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }],
    ['a rollout that recreates', { 'spec.strategy': { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }],
    ['no time', { 'spec.progressDeadlineSeconds': 5, 'spec.minReadySeconds': 5 }],
    ['a deadline before the first', { 'spec.progressDeadlineSeconds': -1 }],
    ['a name that is none', { 'metadata.name': 'Web_1' }],
    ['a label that is no label', { 'metadata.labels': { 'a b': 'c' } }],
    ['an annotation that is no annotation', { 'metadata.annotations': { '': 'c' } }],
    ['a finalizer that is none', { 'metadata.finalizers': ['a b'] }],
    ['an owner that is none', { 'metadata.ownerReferences': [{ apiVersion: '', kind: '', name: '', uid: '' }] }],
    [
      'two owners',
      {
        'metadata.ownerReferences': ['a', 'b'].map((name) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          name,
          uid: name,
          controller: true,
        })),
      },
    ],
    [
      'an owner that may not be one',
      { 'metadata.ownerReferences': [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'a' }] },
    ],
    ['no name', { 'metadata.name': undefined }],
  ],
  updates: [
    ['more', { 'spec.replicas': 3 }],
    ['another image', { 'spec.template.spec.containers.0.image': 'nginx:2' }],
    ['another label', { 'metadata.labels': { a: 'b' } }],
    ['another selector', { 'spec.selector.matchLabels.app': 'b' }],
    [
      'another selector and its template',
      { 'spec.selector.matchLabels.app': 'b', 'spec.template.metadata.labels.app': 'b' },
    ],
    ['another name', { 'metadata.name': 'b' }],
    ['a status in the spec', { status: { replicas: 3 } }],
    ['a status', { status: { replicas: 3, observedGeneration: 2, readyReplicas: 1 } }, 'status'],
    ['fewer than no pods', { 'status.replicas': -1 }, 'status'],
    ['more ready than there are', { 'status.readyReplicas': 9 }, 'status'],
    ['a collision', { 'status.collisionCount': 2 }, 'status'],
    ['fewer collisions', { 'status.collisionCount': 1 }, 'status'],
    ['a scale', { 'spec.replicas': 5 }, 'scale'],
    ['a scale below nothing', { 'spec.replicas': -5 }, 'scale'],
  ],
}

const replicaSet: Kind = {
  ...of('ReplicaSet', 'replicasets'),
  made: [
    ['minimal', {}],
    ['none', { 'spec.replicas': 0, 'spec.minReadySeconds': 3 }],
  ],
  tried: [...common, ...counted],
  updates: [
    ['more', { 'spec.replicas': 3 }],
    [
      'another selector and its template',
      { 'spec.selector.matchLabels.app': 'b', 'spec.template.metadata.labels.app': 'b' },
    ],
    [
      'a status',
      { status: { replicas: 3, readyReplicas: 3, availableReplicas: 2, fullyLabeledReplicas: 1 } },
      'status',
    ],
    ['more ready than there are', { status: { replicas: 1, readyReplicas: 2, availableReplicas: 3 } }, 'status'],
    ['a scale', { 'spec.replicas': 5 }, 'scale'],
  ],
}

const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
}

const statefulSet: Kind = {
  ...of('StatefulSet', 'statefulsets', { serviceName: 'web' }),
  made: [
    ['minimal', {}],
    ['without a service', { 'spec.serviceName': undefined }],
    ['with claims', { 'spec.volumeClaimTemplates': [claim] }],
    ['ordinals', { 'spec.ordinals': { start: 3 } }],
    ['on delete', { 'spec.updateStrategy': { type: 'OnDelete' }, 'spec.podManagementPolicy': 'Parallel' }],
    ['half a retention', { 'spec.persistentVolumeClaimRetentionPolicy': { whenScaled: 'Delete' } }],
  ],
  tried: [
    ...common,
    ...counted,
    history,
    ['a policy that is none', { 'spec.podManagementPolicy': 'Random' }],
    ['a strategy that is none', { 'spec.updateStrategy': { type: 'Random' } }],
    ['a partition below nothing', { 'spec.updateStrategy': { rollingUpdate: { partition: -1 } } }],
    ['a rollout on delete', { 'spec.updateStrategy': { type: 'OnDelete', rollingUpdate: { partition: 1 } } }],
    ['a retention that is none', { 'spec.persistentVolumeClaimRetentionPolicy': { whenDeleted: 'Keep' } }],
    ['a start before the first', { 'spec.ordinals': { start: -1 } }],
    ['a service that is none', { 'spec.serviceName': 'A_b' }],
    ['a claim that is none', { 'spec.volumeClaimTemplates': [{ metadata: { name: 'data' }, spec: {} }] }],
  ],
  updates: [
    ['more', { 'spec.replicas': 3 }],
    ['another service', { 'spec.serviceName': 'b' }],
    [
      'another selector and its template',
      { 'spec.selector.matchLabels.app': 'b', 'spec.template.metadata.labels.app': 'b' },
    ],
    ['another policy', { 'spec.podManagementPolicy': 'Parallel' }],
    ['another time', { 'spec.minReadySeconds': 4 }],
    ['claims', { 'spec.volumeClaimTemplates': [claim] }],
    ['a status', { status: { replicas: 3, readyReplicas: 1, currentRevision: 'a' } }, 'status'],
    ['more ready than there are', { status: { replicas: 1, readyReplicas: 2 } }, 'status'],
    ['a scale', { 'spec.replicas': 5 }, 'scale'],
  ],
}

const daemonSet: Kind = {
  ...of('DaemonSet', 'daemonsets'),
  made: [
    ['minimal', {}],
    ['on delete', { 'spec.updateStrategy': { type: 'OnDelete' } }],
    ['a surge', { 'spec.updateStrategy': { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }],
    ['a revision', { 'metadata.annotations': { 'deprecated.daemonset.template.generation': '7' } }],
  ],
  tried: [
    ...common,
    history,
    ['a strategy that is none', { 'spec.updateStrategy': { type: 'Random' } }],
    ['a surge and less', { 'spec.updateStrategy': { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }],
    ['no room', { 'spec.updateStrategy': { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }],
    ['more than all', { 'spec.updateStrategy': { rollingUpdate: { maxUnavailable: '101%' } } }],
  ],
  updates: [
    ['another image', { 'spec.template.spec.containers.0.image': 'nginx:2' }],
    ['another time', { 'spec.minReadySeconds': 4 }],
    [
      'another selector and its template',
      { 'spec.selector.matchLabels.app': 'b', 'spec.template.metadata.labels.app': 'b' },
    ],
    [
      'a status',
      { status: { currentNumberScheduled: 1, desiredNumberScheduled: 1, numberMisscheduled: 0, numberReady: 1 } },
      'status',
    ],
    ['a status below nothing', { 'status.numberReady': -1 }, 'status'],
  ],
}

const controllerRevision: Kind = {
  path: '/apis/apps/v1/namespaces/default/controllerrevisions',
  object: { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: 'web' }, data: { a: 1 }, revision: 1 },
  made: [
    ['minimal', {}],
    ['the first', { revision: undefined }],
  ],
  tried: [
    ['a revision below nothing', { revision: -1 }],
    ['no data', { data: undefined }],
  ],
  updates: [
    ['another revision', { revision: 2 }],
    ['other data', { data: { a: 2 } }],
  ],
}

const replicationController: Kind = {
  path: '/api/v1/namespaces/default/replicationcontrollers',
  object: { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'web' }, spec: { template } },
  made: [
    ['minimal', {}],
    ['a selector', { 'spec.selector': { app: 'web' }, 'spec.replicas': 2 }],
  ],
  tried: [
    ...counted,
    ['no spec', { spec: undefined }],
    ['no template', { 'spec.template': undefined }],
    ['a selector and no template', { 'spec.template': undefined, 'spec.selector': { a: 'b' } }],
    ['a selector of others', { 'spec.selector': { app: 'other' } }],
    ['Pods that end', pod({ restartPolicy: 'Never' })],
    ['a time before the first', { 'spec.minReadySeconds': -1 }],
  ],
  updates: [
    ['more', { 'spec.replicas': 3 }],
    ['another selector', { 'spec.selector': { app: 'b' } }],
    ['a status', { status: { replicas: 3, readyReplicas: 3 } }, 'status'],
    ['more ready than there are', { status: { replicas: 1, readyReplicas: 2 } }, 'status'],
    ['a scale', { 'spec.replicas': 5 }, 'scale'],
  ],
}

const jobTemplate = { spec: { restartPolicy: 'Never', containers } }

const tried: readonly Case[] = [['a text for a number', { 'spec.parallelism': 'x' }]]

const job: Kind = {
  path: '/apis/batch/v1/namespaces/default/jobs',
  object: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'web', uid: '' },
    spec: { template: jobTemplate, suspend: true, manualSelector: true, selector },
  },
}

const jobs: Kind = {
  ...job,
  object: {
    ...job.object,
    spec: { ...job.object.spec, template: { ...jobTemplate, metadata: { labels: { app: 'web' } } } },
  },
  made: [
    ['minimal', {}],
    [
      'many',
      {
        'spec.completions': 5,
        'spec.parallelism': 2,
        'spec.backoffLimit': 0,
        'spec.activeDeadlineSeconds': 3,
        'spec.ttlSecondsAfterFinished': 0,
      },
    ],
    ['a queue', { 'spec.parallelism': 2 }],
    [
      'indexed',
      {
        'spec.completionMode': 'Indexed',
        'spec.completions': 3,
        'spec.backoffLimitPerIndex': 1,
        'spec.maxFailedIndexes': 2,
      },
    ],
    [
      'a success policy',
      {
        'spec.completionMode': 'Indexed',
        'spec.completions': 3,
        'spec.successPolicy': { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] },
      },
    ],
    [
      'a failure policy',
      {
        'spec.podFailurePolicy': {
          rules: [
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
            { action: 'FailJob', onExitCodes: { operator: 'In', values: [1, 2] } },
          ],
        },
      },
    ],
    ['managed elsewhere', { 'spec.managedBy': 'example.com/me' }],
  ],
  tried: [
    ...tried,
    ['no spec', { spec: undefined }],
    ['no template', { 'spec.template': undefined }],
    ['Pods that go on', { 'spec.template.spec.restartPolicy': undefined }],
    [
      'fewer than none',
      {
        'spec.parallelism': -1,
        'spec.completions': -1,
        'spec.backoffLimit': -1,
        'spec.activeDeadlineSeconds': -1,
        'spec.ttlSecondsAfterFinished': -1,
      },
    ],
    ['a mode that is none', { 'spec.completionMode': 'Any' }],
    ['indexed without a count', { 'spec.completionMode': 'Indexed' }],
    ['too many at once', { 'spec.completionMode': 'Indexed', 'spec.completions': 200000, 'spec.parallelism': 200000 }],
    ['limits for each that is not told apart', { 'spec.backoffLimitPerIndex': 1 }],
    ['failed of none', { 'spec.maxFailedIndexes': 1 }],
    ['a selector of others', { 'spec.selector.matchLabels.app': 'other' }],
    ['a replacement that is none', { 'spec.podReplacementPolicy': 'Any' }],
    ['a manager that is none', { 'spec.managedBy': 'me' }],
    ['no rule', { 'spec.podFailurePolicy': { rules: [{}] } }],
    [
      'a rule that is none',
      { 'spec.podFailurePolicy': { rules: [{ action: 'Any', onExitCodes: { operator: 'Is', values: [] } }] } },
    ],
    [
      'a rule twice',
      {
        'spec.podFailurePolicy': {
          rules: [
            { action: 'FailJob', onExitCodes: { operator: 'In', values: [0] }, onPodConditions: [{ type: 'A' }] },
          ],
        },
      },
    ],
    ['a success without indexes', { 'spec.successPolicy': { rules: [{ succeededCount: 1 }] } }],
    [
      'successes that are none',
      { 'spec.completionMode': 'Indexed', 'spec.completions': 3, 'spec.successPolicy': { rules: [{}] } },
    ],
  ],
  updates: [
    ['more at once', { 'spec.parallelism': 3 }],
    ['more in all', { 'spec.completions': 3 }],
    ['another template', { 'spec.template.spec.containers.0.image': 'nginx:3' }],
    ['another mode', { 'spec.completionMode': 'Indexed' }],
    ['another limit', { 'spec.backoffLimit': 2 }],
    ['another end', { 'spec.ttlSecondsAfterFinished': 3 }],
    ['another selector', { 'spec.selector': { matchLabels: { app: 'b' } } }],
    ['begun', { 'spec.suspend': false }],
    ['a status', { status: { active: 1, startTime: '2026-11-30T00:00:00Z' } }, 'status'],
    ['a status below nothing', { status: { active: -1 } }, 'status'],
    [
      'complete',
      { status: { startTime: '2026-11-30T00:00:00Z', conditions: [{ type: 'Complete', status: 'True' }] } },
      'status',
    ],
  ],
}

const cronJob: Kind = {
  path: '/apis/batch/v1/namespaces/default/cronjobs',
  object: {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'web' },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: jobTemplate } } },
  },
  made: [
    ['minimal', {}],
    [
      'all there is',
      {
        'spec.concurrencyPolicy': 'Forbid',
        'spec.suspend': true,
        'spec.timeZone': 'Europe/Berlin',
        'spec.startingDeadlineSeconds': 10,
        'spec.successfulJobsHistoryLimit': 0,
      },
    ],
    ['a word', { 'spec.schedule': '@hourly' }],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['no schedule', { 'spec.schedule': undefined }],
    ['a schedule that is none', { 'spec.schedule': 'x' }],
    ['a schedule out of range', { 'spec.schedule': '70 * * * *' }],
    ['a zone in the schedule', { 'spec.schedule': 'TZ=UTC 1 * * * *' }],
    ['a zone that is none', { 'spec.timeZone': 'Mars' }],
    ['an empty zone', { 'spec.timeZone': '' }],
    ['a policy that is none', { 'spec.concurrencyPolicy': 'Any' }],
    [
      'numbers below nothing',
      { 'spec.startingDeadlineSeconds': -1, 'spec.successfulJobsHistoryLimit': -1, 'spec.failedJobsHistoryLimit': -1 },
    ],
    ['a name too long', { 'metadata.name': 'a'.repeat(53) }],
    ['a job that is none', { 'spec.jobTemplate.spec.template.spec.restartPolicy': 'Always' }],
    ['no job', { 'spec.jobTemplate': undefined }],
    [
      'a job with a selector',
      { 'spec.jobTemplate.spec.manualSelector': true, 'spec.jobTemplate.spec.selector': selector },
    ],
  ],
  updates: [
    ['suspended', { 'spec.suspend': true }],
    ['another schedule', { 'spec.schedule': '1 * * * *' }],
    ['a status', { status: { lastScheduleTime: '2026-11-30T00:00:00Z' } }, 'status'],
  ],
}

export const workloads: readonly Kind[] = [
  deployment,
  replicaSet,
  statefulSet,
  daemonSet,
  controllerRevision,
  replicationController,
  jobs,
  cronJob,
]
