import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../api/node.ts'
import type { Pod } from '../api/pod.ts'
import type { DaemonSet } from '../api/workloads.ts'
import { broken, daemonSet, node, now, pod, ready, template } from '../testing/objects.ts'
import { daemonSetStatus, planDaemonSet, podDraft } from './plan.ts'

const nodes: readonly Node[] = [
  node('a', { metadata: { name: 'a', labels: { disk: 'ssd' } } }),
  node('b', { spec: { unschedulable: true } }),
  node('c', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } }),
]

/** `a b!` are pods for node a and b; the one for b is not ready; `~` marks those of an old template. */
function pods(text: string, set: DaemonSet): readonly Pod[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((each, index) => {
      const [, on = '', mark] = /^(\w+)([!~]?)$/.exec(each) ?? []
      const { labels, spec } = podDraft(set, node(on), 'x')
      const name = `${on}${index}`
      return pod(name, spec, {
        metadata: { name, labels: mark === '~' ? {} : { ...labels } },
        status: mark === '!' ? broken : ready,
      })
    })
}

const everywhere = { template: template('agent:1', { tolerations: [{ operator: 'Exists' }] }) }
const onSsd = { template: template('agent:1', { nodeSelector: { disk: 'ssd' } }) }
const two = { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }

const cases: readonly [name: string, Partial<DaemonSet['spec']>, pods: string, expected: string][] = [
  ['one for each node, cordoned or not, but none where a taint says no', {}, '', '+a +b'],
  ['a toleration opens the door', everywhere, 'a', '+b +c'],
  ['a selector closes others', onSsd, '', '+a'],
  ['none where it should not be', onSsd, 'a b', '-b1'],
  ['one is enough', {}, 'a a b', '-a1'],
  ['old ones go one by one', everywhere, 'a~ b~ c~', '-a0'],
  ['two by two when it may be', { ...everywhere, ...two }, 'a~ b~ c~', '-a0 -b1'],
  ['not while a new one is not ready', everywhere, 'a! b~ c~', ''],
]
for (const [name, spec, text, expected] of cases)
  test(name, () => {
    const set = daemonSet(spec)
    const { create, remove } = planDaemonSet(set, nodes, pods(text, set), now)
    const steps = [
      ...create.map(({ metadata }) => `+${metadata.name}`),
      ...remove.map(({ metadata }) => `-${metadata.name}`),
    ]
    assert.equal(steps.join(' '), expected)
  })

test('the status counts by node', () => {
  const set = daemonSet(everywhere)
  assert.deepEqual(daemonSetStatus(set, nodes, pods('a b! gone', set), now), {
    currentNumberScheduled: 2,
    numberMisscheduled: 1,
    desiredNumberScheduled: 3,
    numberReady: 1,
    observedGeneration: 1,
    updatedNumberScheduled: 2,
    numberAvailable: 1,
    numberUnavailable: 2,
  })
})
