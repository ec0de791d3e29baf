import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const pods = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } }
const selected = { selector: { matchLabels: { app: 'a' } }, template: pods }
const once = { template: { spec: { ...pods.spec, restartPolicy: 'Never' } } }

const conditionOf = ({ status }: Json, type: string): string => {
  const found = status?.conditions?.find((each: Json) => each.type === type) ?? {}
  return `${found.type} ${found.status} ${found.reason} ${found.message}`
}

/** What is said of a failure, of a workload whose kind a broken module interprets. */
interface Case {
  readonly kind: string
  readonly apiVersion?: string
  readonly spec: object
  /** What is looked at: events of the template, or a condition of its binding. */
  readonly said: 'events' | RegExp
}

const cases: Readonly<Record<string, Case>> = {
  replicas: { kind: 'Deployment', spec: { replicas: 2, ...selected }, said: 'events' },
  components: { kind: 'StatefulSet', spec: { replicas: 2, serviceName: 'a', ...selected }, said: 'events' },
  dependencies: { kind: 'Job', apiVersion: 'batch/v1', spec: once, said: /^DependenciesRecorded False/ },
  reviseReplicas: { kind: 'ReplicaSet', spec: { replicas: 2, ...selected }, said: /^Rendered False RenderFailed/ },
  retain: { kind: 'Service', apiVersion: 'v1', spec: { ports: [{ port: 80 }], selector: { app: 'a' } }, said: /^FullyApplied False/ }, // biome-ignore format: one case
  status: { kind: 'Pod', apiVersion: 'v1', spec: pods.spec, said: /^Reflected False ReflectStatusFailed/ },
  health: { kind: 'DaemonSet', spec: selected, said: /^Reflected False ReflectStatusFailed/ },
  aggregate: {
    kind: 'CronJob',
    apiVersion: 'batch/v1',
    spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: once } },
    said: /^Aggregated False AggregateStatusFailed/,
  },
}

describe('a module that fails is named with its point and its reason, where somebody waits for it and on itself', () => {
  let fleet: Up
  let k: Kubectl
  before(async () => {
    fleet = await up({ members: 1 })
    k = kubectl(fleet.kubeconfig)
  })
  after(async () => assert.equal(await fleet.stop(), 0))

  const apply = async (...items: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    assert.equal(code, 0, err)
  }
  const events = async (kind: string, name: string): Promise<string> =>
    (await k.json('events', '--field-selector', `involvedObject.kind=${kind},involvedObject.name=${name}`)).items
      .map(({ message }: Json) => message)
      .join('\n')

  for (const [verb, { kind, apiVersion = 'apps/v1', spec, said }] of Object.entries(cases)) {
    test(`interpret.${verb}`, async () => {
      const name = verb.toLowerCase()
      const called = `interpret${verb.replace(/^./, (letter) => letter.toUpperCase())}`
      const inline = `export const ${called} = () => { throw new Error('no idea') }`
      const resourceSelectors = [{ apiVersion, kind, name }]
      await apply(
        {
          apiVersion: 'config.flotilla.dev/v1alpha1',
          kind: 'ResourceInterpreterModule',
          metadata: { name },
          spec: { runtime: 'javascript', targets: [{ apiVersion, kind }], source: { inline } },
        },
        { apiVersion, kind, metadata: { name, namespace: 'default' }, spec },
        {
          apiVersion: 'policy.karmada.io/v1alpha1',
          kind: 'PropagationPolicy',
          metadata: { name, namespace: 'default' },
          spec: {
            propagateDeps: true,
            resourceSelectors,
            placement: { replicaScheduling: { replicaSchedulingType: 'Divided' } },
          },
        },
      )
      const reason = new RegExp(`module/${name} failed at interpret\\.${verb}: .*no idea`)
      const binding = `${name}-${kind.toLowerCase()}`
      let turn = 0
      await eventually(async () => {
        if (verb === 'retain') await k('annotate', '--overwrite', kind, name, `turn=${turn++}`) // it is asked before an update
        if (said === 'events') return assert.match(await events(kind, name), reason)
        const conditions = (await k.json('rb', binding)).status?.conditions ?? []
        const found = conditions.map(({ type }: Json) => conditionOf({ status: { conditions } }, type)).find((each: string) => said.test(each)) // biome-ignore format: one step
        assert.ok(found, JSON.stringify(conditions))
        if (verb !== 'retain') return assert.match(found, reason)
        const [item] = (await k.json('rb', binding)).status?.aggregatedStatus ?? [] // as the condition says
        assert.match(item?.appliedMessage ?? '', reason)
      }, 60_000)
      await eventually(
        async () =>
        assert.match(conditionOf(await k.json('rim', name), 'Answering'), new RegExp(`^Answering False CallFailed interpret\\.${verb}: .*no idea`)), // biome-ignore format: one step
      )
    })
  }
})
