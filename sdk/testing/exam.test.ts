import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errors } from '../src/errors.ts'
import type { Manifest } from '../src/manifest.ts'
import { definePlugin, type Plugin } from '../src/plugin.ts'
import { on, type Point } from '../src/point.ts'
import * as points from '../src/points/index.ts'
import type { Handler } from '../src/rules.ts'
import { examineMutate, examineRefuse } from './admit.ts'
import { examineComplete } from './aggregate.ts'
import { examineConflict } from './apply.ts'
import { binding, cluster, clusters, deployment, feasible, manifest, policy, statusItem } from './build.ts'
import { examineDecide } from './evict.ts'
import { faultsOf } from './exam.ts'
import {
  examineAggregate,
  examineComponents,
  examineDependencies,
  examineHealth,
  examineReplicas,
  examineRetain,
  examineReviseReplicas,
  examineStatus,
} from './interpret.ts'
import { examineChoose } from './match.ts'
import { examineConnect } from './member.ts'
import { examineOverride } from './render.ts'
import { examineAssign, examineEstimate, examineFilter, examineScore, examineSelect } from './schedule.ts'

const { signal } = new AbortController()
/** A plugin of one answer. */
const answering = <Arg, const Out, Result>(
  point: Point<Arg, Out, Result>,
  handler: Handler<Arg, NoInfer<Out>>,
): Plugin => definePlugin({ name: 'candidate', extensions: () => [on(point, handler)] })

const [one, two] = [cluster({ name: 'one' }), cluster({ name: 'two' })]
const scaled = deployment({ replicas: 3 })
const stranger = manifest('v1', 'ConfigMap')
const task = { fromCluster: 'one', reason: 'Bad', producer: 'p' }
const client = { client: undefined }

/** Plugins that pass, each with what it is asked and what it says. */
const passes: Readonly<Record<string, () => Promise<void>>> = {
  'a mutation': () =>
    examineMutate.check(
      answering(points.admit.mutate, () => scaled),
      { given: { manifest: deployment() }, becomes: scaled },
    ),
  'no mutation': () =>
    examineMutate.check(
      answering(points.admit.mutate, () => undefined),
      { given: { manifest: deployment() } },
    ),
  'a denial': () =>
    examineRefuse.check(
      answering(points.admit.refuse, ({ operation }) => ({ message: operation })),
      { given: { manifest: deployment(), before: deployment() }, denies: 'UPDATE' },
    ),
  'a choice': () =>
    examineChoose.check(
      answering(points.match.choose, ({ policies }) => policies[1]),
      { given: { policies: [policy({ name: 'a' }), policy({ name: 'b' })] }, chooses: 'b' },
    ),
  replicas: () =>
    examineReplicas.check(
      answering(points.interpret.replicas, () => ({ replicas: 2, requirements: undefined })),
      { given: deployment(), needs: { replicas: 2 } },
    ),
  components: () =>
    examineComponents.check(
      answering(points.interpret.components, () => [{ name: 'a', replicas: 1 }]),
      { given: deployment(), has: [{ name: 'a', replicas: 1 }] },
    ),
  dependencies: () =>
    examineDependencies.check(
      answering(points.interpret.dependencies, () => []),
      { given: deployment(), refersTo: [] },
    ),
  'a collected status': () =>
    examineStatus.check(
      answering(points.interpret.status, () => ({ status: { a: 1 } })),
      { given: deployment(), collects: { status: { a: 1 } } },
    ),
  'no opinion on a status': () =>
    examineStatus.check(
      answering(points.interpret.status, () => undefined),
      { given: deployment() },
    ),
  health: () =>
    examineHealth.check(
      answering(points.interpret.health, async () => 'Healthy'),
      { given: deployment(), is: 'Healthy' },
    ),
  'a revision': () =>
    examineReviseReplicas.check(
      answering(points.interpret.reviseReplicas, () => scaled),
      { given: { manifest: deployment(), replicas: 3 }, becomes: scaled },
    ),
  'a retention': () =>
    examineRetain.check(
      answering(points.interpret.retain, ({ observed }) => observed),
      { given: { desired: deployment(), observed: scaled }, becomes: scaled },
    ),
  'an aggregation': () =>
    examineAggregate.check(
      answering(points.interpret.aggregate, ({ template, items }) => ({ ...template, status: { n: items.length } })),
      { given: { template: deployment(), items: [statusItem('one')] }, becomes: { n: 1 } },
    ),
  'a completion': () =>
    examineComplete.check(
      answering(points.aggregate.complete, ({ items }) => ({ fields: { n: items.length }, again: 5 })),
      { given: { template: deployment(), items: [statusItem('one')] }, adds: { fields: { n: 1 }, again: 5 } },
    ),
  'a refusal by its reason': () =>
    examineFilter.check(
      answering(points.schedule.filter, () => ({ one: { reason: 'no', resolvable: true } })),
      { given: { clusters: [one, two] }, refuses: { one: 'no' } },
    ),
  'a whole refusal': () =>
    examineFilter.check(
      answering(points.schedule.filter, () => ({ one: { reason: 'no', resolvable: true } })),
      { given: { clusters: [one, two] }, refuses: { one: { reason: 'no', resolvable: true } } },
    ),
  scores: () =>
    examineScore.check(
      answering(points.schedule.score, () => ({ one: 100 })),
      { given: { clusters: [one, two] }, scores: { one: 100 } },
    ),
  estimates: () =>
    examineEstimate.check(
      answering(points.schedule.estimate, () => ({ two: 5 })),
      { given: { clusters: [one, two] }, estimates: { two: 5 } },
    ),
  'a selection': () =>
    examineSelect.check(
      answering(points.schedule.select, ({ clusters }) => ({ clusters: clusters.slice(0, 1) })),
      { given: { clusters: [feasible('a'), feasible('b')] }, selects: ['a'] },
    ),
  'no selection': () =>
    examineSelect.check(
      answering(points.schedule.select, () => ({ unfit: 'too few' })),
      { given: { clusters: [] }, unfit: 'too few' },
    ),
  'an assignment': () =>
    examineAssign.check(
      answering(points.schedule.assign, () => ({ targets: [{ name: 'a', replicas: 2 }, { name: 'b' }] })),
      { given: { clusters: [feasible('a'), feasible('b')] }, assigns: { a: 2, b: null } },
    ),
  'no assignment': () =>
    examineAssign.check(
      answering(points.schedule.assign, () => ({ unschedulable: 'full' })),
      { given: { clusters: [] }, unschedulable: 'full' },
    ),
  'an override': () =>
    examineOverride.check(
      answering(points.render.override, () => scaled),
      { given: { overriders: {} }, becomes: scaled },
    ),
  'an override that throws': () =>
    examineOverride.check(
      answering(points.render.override, () => {
        throw errors.QUANTITY_INVALID('x')
      }),
      { given: { overriders: {} }, throws: { code: 'QUANTITY_INVALID' } },
    ),
  'a decision about a conflict': () =>
    examineConflict.check(
      answering(points.apply.conflict, () => 'overwrite'),
      { decides: 'overwrite' },
    ),
  'a cluster nobody connects': () =>
    examineConnect.check(
      answering(points.member.connect, () => undefined),
      { given: { cluster: one, signal }, connects: false },
    ),
  'an eviction': () =>
    examineDecide.check(
      answering(points.evict.decide, () => ({ tasks: [task], again: 5 })),
      { given: { clusters: [one] }, evicts: [{ fromCluster: 'one' }], again: 5 },
    ),
  'nobody who has to go': () =>
    examineDecide.check(
      answering(points.evict.decide, () => undefined),
      { given: { clusters: [one] } },
    ),
}

for (const [name, check] of Object.entries(passes)) test(`${name} passes`, check)

let calls = 0

/** Plugins that must fail, each with why. */
const fails: Readonly<Record<string, readonly [why: RegExp, () => Promise<void>]>> = {
  'another answer': [
    /deep.*equal/i,
    () =>
      examineHealth.check(
        answering(points.interpret.health, () => 'Unhealthy'),
        { given: deployment(), is: 'Healthy' },
      ),
  ],
  'an answer where none is wanted': [
    /deep.*equal/i,
    () =>
      examineFilter.check(
        answering(points.schedule.filter, () => ({ one: { reason: 'no', resolvable: true } })),
        { given: { clusters: [one] } },
      ),
  ],
  'a whole refusal that differs': [
    /deep.*equal/i,
    () =>
      examineFilter.check(
        answering(points.schedule.filter, () => ({ one: { reason: 'no', resolvable: true } })),
        { given: { clusters: [one] }, refuses: { one: { reason: 'no', resolvable: false } } },
      ),
  ],
  'a refusal that waits for what nobody hears of': [
    /one: resolvedBy is a list of labels/,
    () =>
      examineFilter.check(
        answering(points.schedule.filter, () => ({
          one: { reason: 'no', resolvable: true, resolvedBy: ['moon' as 'room'] },
        })),
        { given: { clusters: [one] }, refuses: { one: 'no' } },
      ),
  ],
  'a handler that writes to its argument': [
    /read only/,
    () =>
      examineFilter.check(
        answering(points.schedule.filter, ({ clusters: [first] }) => {
          Object.assign(first?.metadata ?? {}, { name: 'changed' })
          return undefined
        }),
        { given: { clusters: clusters('one') } },
      ),
  ],
  'an answer that changes': [
    /the same question has the same answer/,
    () =>
      examineScore.check(
        answering(points.schedule.score, () => ({ one: calls++ })),
        { given: { clusters: [one] }, scores: { one: 0 } },
      ),
  ],
  'an error that a rule would forgive': [
    /broken/,
    () =>
      examineEstimate.check(
        answering(points.schedule.estimate, () => {
          throw new Error('broken')
        }),
        { given: { clusters: [one] } },
      ),
  ],
  'no error where one is wanted': [
    /Missing expected rejection/,
    () =>
      examineOverride.check(
        answering(points.render.override, () => undefined),
        { given: { overriders: {} }, throws: /x/ },
      ),
  ],
  'a plugin that does not answer the point': [
    /candidate does not answer schedule.filter/,
    () =>
      examineFilter.check(
        answering(points.schedule.score, () => undefined),
        { given: { clusters: [] } },
      ),
  ],
  'an answer about a stranger': [
    /"three" is none of the clusters in question/,
    () =>
      examineScore.check(
        answering(points.schedule.score, () => ({ three: 1 })),
        { given: { clusters: [one] }, scores: { three: 1 } },
      ),
  ],
  'a score above 100': [
    /one: the score 101 is not from 0 to 100/,
    () =>
      examineScore.check(
        answering(points.schedule.score, () => ({ one: 101 })),
        { given: { clusters: [one] }, scores: { one: 101 } },
      ),
  ],
  'another object': [
    /apiVersion is "v1" in place of "apps\/v1"/,
    () =>
      examineOverride.check(
        answering(points.render.override, (): Manifest => stranger),
        { given: { overriders: {} }, becomes: stranger },
      ),
  ],
  'an aggregation that changes more than the status': [
    /only the status may change/,
    () =>
      examineAggregate.check(
        answering(points.interpret.aggregate, () => scaled),
        { given: { template: deployment(), items: [] } },
      ),
  ],
  'a target that is no candidate': [
    /"x" is none of the clusters in question/,
    () =>
      examineAssign.check(
        answering(points.schedule.assign, () => ({ targets: [{ name: 'x' }] })),
        { given: { clusters: [feasible('a')] }, assigns: { x: null } },
      ),
  ],
  'a client that is none': [
    /get/,
    () =>
      examineConnect.check(
        answering(points.member.connect, () => client as never),
        { given: { cluster: one, signal }, connects: true },
      ),
  ],
  'a completion with a condition said twice': [
    /a type has one condition/,
    () => {
      const conditions = (['True', 'False'] as const).map((status) => ({ type: 'Ready', status }))
      return examineComplete.check(
        answering(points.aggregate.complete, () => ({ conditions })),
        { given: { template: deployment() }, adds: { conditions } },
      )
    },
  ],
  'an eviction from elsewhere': [
    /two is one of the clusters in question/,
    () =>
      examineDecide.check(
        answering(points.evict.decide, () => ({ tasks: [{ ...task, fromCluster: 'two' }] })),
        { given: { clusters: [one], binding: binding({ clusters: { one: 1 } }) }, evicts: [{ fromCluster: 'two' }] },
      ),
  ],
}

for (const [name, [why, check]] of Object.entries(fails)) test(`${name} fails`, () => assert.rejects(check, why))

test('each case has a world of its own', async () => {
  const counting = definePlugin({
    name: 'counting',
    extensions: (host) => [
      on(points.schedule.score, () => ({
        one: host.store({ apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }).list()
          .length,
      })),
    ],
  })
  const given = { clusters: [one] }
  await examineScore.check(counting, { given, scores: { one: 0 } })
  await examineScore.check(counting, { given, scores: { one: 1 } }, { objects: [stranger] })
  await examineScore.check(counting, { given, scores: { one: 0 }, host: { objects: [] } }, { objects: [stranger] })
})

const extensions = () => []
const written: readonly (readonly [plugin: Plugin, faults: readonly string[]])[] = [
  [{ name: 'good', extensions }, []],
  [{ name: 'good-2', host: '^1.2', needs: ['other'], schema: {}, controllers: extensions }, []],
  [{ name: 'Bad', extensions }, ['the name "Bad" is not kebab case']],
  [{ name: 'a', needs: ['B'], extensions }, ['"B", which it needs, is not the name of a plugin']],
  [{ name: 'a', needs: ['a'], extensions }, ['it needs itself']],
  [{ name: 'a', needs: ['b', 'b'], extensions }, ['it needs a plugin twice']],
  [{ name: 'a' }, ['it has nothing to offer']],
]
for (const [plugin, faults] of written) {
  test(`${JSON.stringify(plugin)} has ${faults.length} faults`, () => assert.deepEqual(faultsOf(plugin), faults))
}

const ranges = [
  '1',
  '1.x',
  '*',
  '1.2.3',
  'v1.2.3',
  '^1.2',
  '~1.2.3-beta.1',
  '>=1 <3',
  '>= 1.2.0',
  '1.2 - 2.3',
  '1 || >=3.4.0',
]
for (const host of ranges)
  test(`${host} is a range`, () => assert.deepEqual(faultsOf({ name: 'a', host, extensions }), []))
for (const host of ['', 'latest', '1.2.3.4', '^', '1 |', 'https://x'])
  test(`"${host}" is no range`, () => assert.equal(faultsOf({ name: 'a', host, extensions }).length, 1))
