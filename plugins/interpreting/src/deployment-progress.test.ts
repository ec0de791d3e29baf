import { type AggregatedStatusItem, type aggregate, label, type Manifest } from '@flotilla/sdk'
import { examineComplete, statusItem } from '@flotilla/sdk/testing'
import { deployment } from './native/deployment.ts'

const now = Date.UTC(2026, 0, 1, 12)
const [then, atNow] = ['2026-01-01T11:59:00Z', '2026-01-01T12:00:00Z']

/** `6/4/3/2`: replicas, updated, ready, available; `@3`: of which generation. */
function counts(text: string): object {
  const [, numbers = '', seen] = /^([\d/]*)(?:@(\d+))?$/.exec(text) ?? []
  const [replicas, updatedReplicas, readyReplicas, availableReplicas] = numbers.split('/').map(Number)
  return {
    replicas,
    updatedReplicas,
    readyReplicas,
    availableReplicas,
    ...(seen && { observedGeneration: Number(seen) }),
  }
}

const words: Readonly<Record<string, string>> = {
  MinimumReplicasAvailable: 'Deployment has minimum availability.',
  MinimumReplicasUnavailable: 'Deployment does not have minimum availability.',
  NewReplicaSetAvailable: 'Deployment "web" has successfully progressed.',
  ReplicaSetUpdated: 'Deployment "web" is progressing.',
  ProgressDeadlineExceeded: 'Deployment "web" has timed out progressing.',
  DeploymentPaused: 'Deployment is paused',
  DeploymentResumed: 'Deployment is resumed',
}

/** `True NewReplicaSetAvailable` */
function condition(type: string, text: string, lastUpdateTime: string): aggregate.Verdict {
  const [status, reason = ''] = text.split(' ')
  return { type, status: status as 'True', reason, message: words[reason] ?? '', lastUpdateTime }
}

const web = (spec: object, status: object | undefined, labels: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', generation: 3, labels },
  spec: { replicas: 6, progressDeadlineSeconds: 600, ...spec },
  ...(status && { status }),
})

const [yes, no] = ['True MinimumReplicasAvailable', 'False MinimumReplicasUnavailable']
const [done, moving] = ['True NewReplicaSetAvailable', 'True ReplicaSetUpdated']
const three = [1, 2, 3]

interface Row {
  readonly spec?: object
  readonly labels?: Readonly<Record<string, string>>
  /** Replicas of each cluster. */
  readonly targets?: readonly number[]
  /** What was there: counts, `Available`, `Progressing`. */
  readonly before?: readonly [counts: string, available: string, progressing?: string]
  readonly sums: string
  readonly available?: string
  /** With `*`: it is as young as now. */
  readonly progressing?: string
  readonly again?: number
}

const rows: Readonly<Record<string, Row>> = {
  'a Deployment that is there is available and complete': {
    sums: '6/6/6/6@3',
    available: `${yes} *`,
    progressing: `${done} *`,
  },
  'one that begins is neither': { sums: '6/6/0/0', available: `${no} *`, progressing: `${moving} *`, again: 600_000 },
  'nobody is told again of what was said': {
    before: ['6/6/6/6@3', yes, done],
    sums: '6/6/6/6@3',
    available: yes,
    progressing: done,
  },
  'a rollout takes as many away as each cluster may': {
    spec: { strategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } },
    before: ['6/6/6/6@2', yes, done],
    sums: '6/3/3/3@3',
    available: yes,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'and no more': {
    spec: { strategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } },
    before: ['6/6/6/6@2', yes, done],
    sums: '6/3/2/2@3',
    available: `${no} *`,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'a share is that of the whole, if that is less': {
    sums: '6/6/5/5@3',
    before: ['6/6/6/6@3', yes, done],
    available: yes,
    progressing: done,
  },
  'one may be missing when nothing may be more': {
    spec: { strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } } },
    targets: [6],
    before: ['6/6/6/6@3', yes, done],
    sums: '6/6/5/5@3',
    available: yes,
    progressing: done,
  },
  'recreating may leave nothing': {
    spec: { strategy: { type: 'Recreate' } },
    before: ['6/6/6/6@2', yes, done],
    sums: '6/0/0/0@3',
    available: yes,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'a copy in every cluster is counted there': {
    spec: { replicas: 2 },
    targets: [2, 2, 2],
    sums: '6/6/6/6@3',
    available: `${yes} *`,
    progressing: `${done} *`,
  },
  'and one missing copy is missing': {
    spec: { replicas: 2 },
    targets: [2, 2, 2],
    sums: '4/4/4/4@3',
    available: `${no} *`,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'nothing wanted is available': {
    spec: { replicas: 0 },
    targets: [0, 0, 0],
    sums: '0/0/0/0@3',
    available: `${yes} *`,
    progressing: `${done} *`,
  },
  'without clusters the template says how many': {
    targets: [],
    sums: '2/2/2/2@3',
    available: `${no} *`,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'where members scale themselves there are as many as they say': {
    labels: { [label.retainReplicas]: 'true' },
    sums: '4/4/4/4@3',
    available: `${yes} *`,
    progressing: `${done} *`,
  },
  'not all have seen it': {
    sums: '6/6/6/6@2',
    before: ['6/6/6/6@2', yes, moving],
    available: yes,
    progressing: moving,
    again: 540_000,
  },
  'scaling is no rollout': {
    sums: '4/4/4/4@3',
    before: ['6/6/6/6@3', yes, done],
    available: `${no} *`,
    progressing: done,
  },
  'old pods are': {
    sums: '7/1/6/6@3',
    before: ['6/6/6/6@3', yes, done],
    available: yes,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'a rollout that moves is as young as its last step': {
    sums: '7/3/6/6@3',
    before: ['7/2/6/6@3', yes, moving],
    available: yes,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'one that stands still gets older': {
    sums: '7/3/6/6@3',
    before: ['7/3/6/6@3', yes, moving],
    available: yes,
    progressing: moving,
    again: 540_000,
  },
  'and has failed after its time': {
    spec: { progressDeadlineSeconds: 60 },
    sums: '7/3/6/6@3',
    before: ['7/3/6/6@3', yes, moving],
    available: yes,
    progressing: 'False ProgressDeadlineExceeded *',
  },
  'which stays so': {
    sums: '7/3/6/6@3',
    before: ['7/3/6/6@3', yes, 'False ProgressDeadlineExceeded'],
    available: yes,
    progressing: 'False ProgressDeadlineExceeded',
  },
  'until it moves': {
    sums: '7/4/6/6@3',
    before: ['7/3/6/6@3', yes, 'False ProgressDeadlineExceeded'],
    available: yes,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'a new template has all the time again': {
    sums: '7/3/6/6@3',
    before: ['7/3/6/6@2', yes, 'False ProgressDeadlineExceeded'],
    available: yes,
    progressing: `${moving} *`,
    again: 600_000,
  },
  'a pause is said': {
    spec: { paused: true },
    sums: '6/6/6/6@3',
    before: ['6/6/6/6@3', yes, done],
    available: yes,
    progressing: 'Unknown DeploymentPaused *',
  },
  'and its end': {
    sums: '7/3/6/6@3',
    before: ['7/3/6/6@3', yes, 'Unknown DeploymentPaused'],
    available: yes,
    progressing: 'Unknown DeploymentResumed *',
    again: 600_000,
  },
  'without a deadline nothing is said of progress': {
    spec: { progressDeadlineSeconds: 2 ** 31 - 1 },
    sums: '6/6/6/6@3',
    available: `${yes} *`,
  },
}

const item = (status?: object): AggregatedStatusItem => statusItem('a', status as AggregatedStatusItem['status'])

const dated = (type: string, text = ''): readonly aggregate.Verdict[] =>
  text === '' ? [] : [condition(type, text.replace(' *', ''), text.endsWith('*') ? atNow : then)]

const before = ([sums, available, progressing]: NonNullable<Row['before']>) => ({
  ...counts(sums),
  conditions: [...dated('Available', available), ...dated('Progressing', progressing)].map((each) => ({
    ...each,
    lastTransitionTime: then,
  })),
})

for (const [name, row] of Object.entries(rows)) {
  const { spec = {}, labels, targets = three, sums, again } = row
  const adds = {
    conditions: [...dated('Available', row.available), ...dated('Progressing', row.progressing)],
    ...(again && { again }),
  }
  examineComplete(deployment, {
    [name]: {
      given: {
        template: web(spec, counts(sums), labels),
        before: web(spec, row.before && before(row.before), labels),
        items: [item({ replicas: 1 })],
        targets: targets.map((replicas, index) => ({ name: `member${index}`, replicas })),
        now,
      },
      adds,
    },
  })
}

examineComplete(deployment, {
  'a Deployment nobody has spoken of says nothing': { given: { template: web({}, {}), items: [item()], now } },
  'another kind is none of its business': { given: { template: { ...web({}, {}), kind: 'Rollout' }, now } },
})
