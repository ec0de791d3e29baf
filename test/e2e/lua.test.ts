import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { type Up, up } from '../up.ts'

const members = ['member1', 'member2']

/** A kind that nobody knows. */
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'fleets.sea.example.com' },
  spec: {
    group: 'sea.example.com',
    names: { plural: 'fleets', singular: 'fleet', kind: 'Fleet', listKind: 'FleetList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
}

const policy = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'fleets', namespace: 'default' },
  spec: {
    propagateDeps: true,
    resourceSelectors: [{ apiVersion: 'sea.example.com/v1', kind: 'Fleet' }],
    placement: {
      clusterAffinity: { clusterNames: members },
      replicaScheduling: {
        replicaSchedulingType: 'Divided',
        replicaDivisionPreference: 'Weighted',
        weightPreference: {
          staticWeightList: members.map((name) => ({ targetCluster: { clusterNames: [name] }, weight: 1 })),
        },
      },
    },
  },
}

const definitions = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterPropagationPolicy',
  metadata: { name: 'definitions' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }],
    placement: { clusterAffinity: { clusterNames: members } },
  },
}

const fleet = (spec: object = {}) => ({
  apiVersion: 'sea.example.com/v1',
  kind: 'Fleet',
  metadata: { name: 'blue', namespace: 'default' },
  spec: {
    boats: 4,
    chart: 'north',
    template: {
      spec: {
        containers: [{ name: 'a', resources: { requests: { cpu: '250m' } } }],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
    ...spec,
  },
})

const scripts = {
  replicaResource: `
    local kube = require("kube")
    function GetReplicas(desiredObj)
      return desiredObj.spec.boats, kube.accuratePodRequirements(desiredObj.spec.template)
    end`,
  replicaRevision: `
    function ReviseReplica(desiredObj, desiredReplica)
      desiredObj.spec.boats = desiredReplica
      return desiredObj
    end`,
  retention: `
    function Retain(desiredObj, observedObj)
      desiredObj.spec.berth = observedObj.spec.berth
      return desiredObj
    end`,
  statusReflection: `
    function ReflectStatus(observedObj)
      local status = {}
      if observedObj == nil or observedObj.status == nil then return status end
      status.afloat = observedObj.status.afloat
      return status
    end`,
  statusAggregation: `
    function AggregateStatus(desiredObj, statusItems)
      local afloat = 0
      for i = 1, #statusItems do
        local status = statusItems[i].status
        if status ~= nil and status.afloat ~= nil then afloat = afloat + status.afloat end
      end
      desiredObj.status = { afloat = afloat, clusters = table.getn(statusItems) }
      return desiredObj
    end`,
  healthInterpretation: `
    function InterpretHealth(observedObj)
      return observedObj.status ~= nil and observedObj.status.afloat == observedObj.spec.boats
    end`,
  dependencyInterpretation: `
    function GetDependencies(desiredObj)
      return {
        {
          apiVersion = "v1", kind = "ConfigMap",
          namespace = desiredObj.metadata.namespace, name = desiredObj.spec.chart,
        },
      }
    end`,
}

const customization = (words: Readonly<Partial<typeof scripts>> = scripts) => ({
  apiVersion: 'config.karmada.io/v1alpha1',
  kind: 'ResourceInterpreterCustomization',
  metadata: { name: 'fleets' },
  spec: {
    target: { apiVersion: 'sea.example.com/v1', kind: 'Fleet' },
    customizations: Object.fromEntries(Object.entries(words).map(([rule, luaScript]) => [rule, { luaScript }])),
  },
})

/** What a tenant says of a kind of their own, in Lua, with a real kubectl. */
describe('a customization in Lua', () => {
  let control: Up
  let k: Kubectl
  const apply = async (...objects: readonly object[]) => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
    const { code, err } = await k.run(['apply', '-f', '-'], list)
    assert.equal(code, 0, err)
  }
  const inMember = (member: string): Promise<Json> => k.json('fleet', 'blue', '--context', member)
  const sail = (member: string, afloat: number) =>
    k('patch', 'fleet', 'blue', '--context', member, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { afloat, log: ['x'] } })) // biome-ignore format: one call
  const binding = (): Promise<Json> => k.json('resourcebinding', 'blue-fleet')
  const itemOf = async (member: string): Promise<Json> =>
    (await binding()).status.aggregatedStatus.find(({ clusterName }: Json) => clusterName === member)

  before(async () => {
    control = await up({ members: 2 })
    k = kubectl(control.kubeconfig)
    await apply(definition, definitions, customization())
    for (const member of members)
      await eventually(() =>
        k('wait', '--for=condition=Established', 'crd/fleets.sea.example.com', '--context', member),
      )
    await k('wait', '--for=condition=Established', 'crd/fleets.sea.example.com')
    await apply(policy, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'north' }, data: { a: 'b' } }, fleet())
  })
  after(async () => {
    assert.equal(await control.stop(), 0)
  })

  test('says how many replicas there are and what one needs, and they are divided', async () => {
    await eventually(async () => {
      const { spec } = await binding()
      assert.equal(spec.replicas, 4)
      assert.deepEqual(spec.replicaRequirements.resourceRequest, { cpu: '250m' })
      assert.deepEqual(
        spec.clusters,
        members.map((name) => ({ name, replicas: 2 })),
      )
    })
    for (const member of members) {
      await eventually(async () => {
        const { spec } = await inMember(member)
        assert.equal(spec.boats, 2)
        assert.deepEqual(spec.template, fleet().spec.template, 'what is empty stays what it is')
      })
    }
  })

  test('says what it depends on, and that follows it', async () => {
    for (const member of members) await eventually(() => k.json('configmap', 'north', '--context', member))
  })

  test('says what of a status is collected, whether it is healthy, and what all say together', async () => {
    await sail('member1', 2)
    await sail('member2', 1)
    await eventually(async () => {
      assert.deepEqual((await itemOf('member1')).status, { afloat: 2 })
      assert.deepEqual([(await itemOf('member1')).health, (await itemOf('member2')).health], ['Healthy', 'Unhealthy'])
      assert.deepEqual((await k.json('fleet', 'blue')).status, { afloat: 3, clusters: 2 })
    })
  })

  test('says what belongs to the member', async () => {
    const berth = (member: string, text: string) =>
      k('patch', 'fleet', 'blue', '--context', member, '--type=merge', '-p', JSON.stringify({ spec: { berth: text } }))
    await berth('member1', 'pier 7')
    await apply(fleet({ boats: 6 }))
    await eventually(async () => {
      const { spec } = await inMember('member1')
      assert.deepEqual([spec.boats, spec.berth], [3, 'pier 7'])
    })
  })

  test('that is edited is heard without a restart', async () => {
    const double = {
      ...scripts,
      statusReflection: 'function ReflectStatus(o) return { afloat = o.status.afloat * 10 } end',
    }
    await apply(customization(double))
    await sail('member1', 3)
    await eventually(async () => assert.deepEqual((await itemOf('member1')).status, { afloat: 30 }))
    await apply(customization())
    await sail('member1', 4)
    await eventually(async () => assert.deepEqual((await itemOf('member1')).status, { afloat: 4 }))
  })

  test('that cannot be compiled is refused, with its line', async () => {
    const broken = { ...scripts, retention: 'function Retain(a, b)\n  a.spec = = b\n  return a\nend' }
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(customization(broken)))
    assert.equal(code, 1)
    assert.match(
      err,
      /spec\.customizations\.retention\.luaScript: Invalid value: "a\.spec = = b": .*line 2: unexpected symbol near '='/,
    )
  })

  test('that fails says so on the binding, with its name, the operation, the line and the reason', async () => {
    const failing = { ...scripts, replicaResource: 'function GetReplicas(o)\n  return o.spec.boats.many\nend' }
    await apply(customization(failing))
    await apply(fleet({ boats: 8 }))
    const reason =
      /ResourceInterpreterCustomization fleets failed at InterpretReplica of Fleet default\/blue: .*GetReplicas: line 2: attempt to index field 'boats' \(a number value\)/
    await eventually(async () => {
      const { status } = await binding()
      assert.ok(
        status.conditions.some(({ status, message }: Json) => status === 'False' && reason.test(message)),
        JSON.stringify(status.conditions),
      )
    })
    await eventually(async () => assert.match(await k('describe', 'fleet', 'blue'), reason))
    await apply(customization())
    await eventually(async () => assert.equal((await binding()).spec.replicas, 8), 90_000)
  })

  // an object has no more than 25 bad events at once: those that go to the template come first
  for (const [rule, operation, provoke] of [
    ['dependencyInterpretation', 'InterpretDependency', () => apply(fleet({ boats: 14, chart: 'south' }))],
    ['replicaRevision', 'ReviseReplica', () => apply(fleet({ boats: 10 }))],
    ['retention', 'Retain', () => apply(fleet({ boats: 12 }))],
    ['statusReflection', 'InterpretStatus', () => sail('member1', 5)],
    ['healthInterpretation', 'InterpretHealth', () => sail('member1', 6)],
    ['statusAggregation', 'AggregateStatus', () => sail('member1', 7)],
  ] as const) {
    test(`that fails at ${operation} says so on the binding, and in an event`, async () => {
      const [, name] = /function (\w+)/.exec(scripts[rule]) ?? []
      await apply(customization({ ...scripts, [rule]: `function ${name}() error("${rule} is at sea") end` }))
      await provoke()
      const reason = new RegExp(`ResourceInterpreterCustomization fleets failed at ${operation} of .*${rule} is at sea`)
      await eventually(async () => {
        const { conditions, aggregatedStatus } = (await binding()).status
        const said = [...conditions, ...aggregatedStatus].flatMap((each: Json) => [each.message, each.appliedMessage])
        assert.ok(
          said.some((text) => reason.test(text)),
          said.join('\n'),
        )
      })
      await eventually(async () => assert.match(await k('get', 'events', '-A'), reason))
      await apply(customization())
    })
  }
})

test('the customization in the docs does what they say', async () => {
  const [, text = ''] = /```yaml\n(.+?)```/s.exec(readFileSync(join(root, 'docs/lua.md'), 'utf8')) ?? []
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-lua-'))
  const [customization, object] = [join(directory, 'customization.yaml'), join(directory, 'fleet.json')]
  writeFileSync(customization, text)
  writeFileSync(object, JSON.stringify({ ...fleet(), status: { afloat: 4 } }))
  const asked = (operation: string, ...args: readonly string[]) => flotilla('interpret', '-f', customization, '--operation', operation, ...args) // biome-ignore format: one call
  const { out: needs } = await asked('InterpretReplica', '--desired-file', object)
  assert.match(needs, /replica:\n4\n/)
  assert.match(needs, /cpu: 250m/)
  assert.match((await asked('InterpretHealth', '--observed-file', object)).out, /healthy:\ntrue/)
  const { out: revised } = await asked('ReviseReplica', '--desired-file', object, '--desired-replica', '7')
  assert.match(revised, /boats: 7/)
  assert.match(revised, /emptyDir: \{\}/)
})
