import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const condition = (object: Json, type: string) => object.status?.conditions?.find((each: Json) => each.type === type)

/** One Deployment through the whole house, with a real kubectl, as the README tells it. */
describe('a Deployment walks the whole house', () => {
  let flotilla: Up
  let k: Kubectl
  const inMember = (member: string, ...args: readonly string[]) => k('--context', member, ...args)

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('the members are there and ready', async () => {
    await eventually(async () => {
      const { items } = await k.json('clusters')
      assert.deepEqual(
        items.map((cluster: Json) => [cluster.metadata.name, condition(cluster, 'Ready')?.status]),
        [
          ['member1', 'True'],
          ['member2', 'True'],
          ['member3', 'True'],
        ],
      )
    })
    assert.match(await k('get', 'clusters'), /NAME +VERSION +MODE +READY +AGE\nmember1 +v1\.\d+\.\d+\S* +Push +True/)
  })

  test('what is applied is divided, and runs', async () => {
    await k('apply', '-f', 'docs/samples/web')
    await eventually(async () => {
      const web = await k.json('deployment', 'web')
      assert.equal(web.status?.readyReplicas, 6)
      assert.equal(web.status?.observedGeneration, web.metadata.generation)
    })
    const replicas = await Promise.all(
      ['member1', 'member2', 'member3'].map(async (member) => {
        const web = JSON.parse(await inMember(member, 'get', 'deployment', 'web', '-o', 'json')) as Json
        return web.spec.replicas
      }),
    )
    assert.deepEqual(replicas, [1, 2, 3])
  })

  test('it is different where an override policy says so, and only there', async () => {
    const [one, two, three] = await Promise.all(
      ['member1', 'member2', 'member3'].map(
        async (member) => JSON.parse(await inMember(member, 'get', 'deployment', 'web', '-o', 'json')) as Json,
      ),
    )
    const container = (web: Json) => web.spec.template.spec.containers[0]
    assert.equal(container(one).image, 'registry.example.com/shop/web:1.4.2')
    assert.equal(container(two).image, 'registry.member2.example.com/shop/web:1.4.2')
    assert.deepEqual(container(one).args, ['--listen=:8080'])
    assert.deepEqual(container(three).args, ['--listen=:8080', '--canary'])
    assert.equal(three.metadata.labels.track, 'canary')
    assert.equal(one.metadata.labels.track, undefined)
  })

  test('the binding says where, and that all of it is applied', async () => {
    const binding = await k.json('rb', 'web-deployment')
    assert.deepEqual(binding.spec.clusters, [
      { name: 'member1', replicas: 1 },
      { name: 'member2', replicas: 2 },
      { name: 'member3', replicas: 3 },
    ])
    await eventually(async () => {
      const { status } = await k.json('rb', 'web-deployment')
      assert.deepEqual(
        status.aggregatedStatus.map((item: Json) => [item.clusterName, item.applied, item.health]),
        [
          ['member1', true, 'Healthy'],
          ['member2', true, 'Healthy'],
          ['member3', true, 'Healthy'],
        ],
      )
      assert.equal(condition({ status }, 'FullyApplied').status, 'True')
    })
    assert.match(
      await k('get', 'rb', 'web-deployment'),
      /NAME +SCHEDULED +FULLYAPPLIED +AGE\nweb-deployment +True +True/,
    )
  })

  test('the service and the config map are everywhere', async () => {
    for (const member of ['member1', 'member2', 'member3']) {
      assert.match(await inMember(member, 'get', 'configmap', 'web', '-o', 'jsonpath={.data.greeting}'), /hello/)
      assert.match(await inMember(member, 'get', 'service', 'web'), /web +ClusterIP/)
    }
  })

  test('scaling the template divides anew', async () => {
    await k('scale', 'deployment', 'web', '--replicas=12')
    await eventually(async () => {
      const { spec } = await k.json('rb', 'web-deployment')
      assert.deepEqual(
        spec.clusters.map((target: Json) => target.replicas),
        [2, 4, 6],
      )
      assert.equal((await k.json('deployment', 'web')).status.readyReplicas, 12)
    })
  })

  test('what is changed or deleted in a member comes back', async () => {
    await inMember('member1', 'set', 'image', 'deployment/web', 'web=intruder:1')
    await inMember('member2', 'delete', 'deployment', 'web', '--wait=false')
    await eventually(async () => {
      const image = await inMember('member1', 'get', 'deployment', 'web', '-o', 'jsonpath={..image}')
      assert.equal(image, 'registry.example.com/shop/web:1.4.2')
      assert.equal((await k.json('--context', 'member2', 'deployment', 'web')).status?.readyReplicas, 4)
    })
  })

  test('changing an override changes the members', async () => {
    const patch =
      '{"spec":{"overrideRules":[{"overriders":{"annotationsOverrider":[{"operator":"add","value":{"team":"shop"}}]}}]}}'
    await k('patch', 'overridepolicy', 'web', '--type=merge', '-p', patch)
    await eventually(async () => {
      for (const member of ['member1', 'member2', 'member3']) {
        const web = await k.json('--context', member, 'deployment', 'web')
        assert.equal(web.metadata.annotations.team, 'shop')
        assert.equal(web.spec.template.spec.containers[0].image, 'registry.example.com/shop/web:1.4.2')
        assert.equal(web.metadata.labels.track, undefined)
      }
    })
  })

  test('deletion walks back through all of it', async () => {
    await k('delete', '-f', 'docs/samples/web')
    await eventually(async () => {
      for (const member of ['member1', 'member2', 'member3']) {
        assert.equal(
          await inMember(member, 'get', 'deployment,configmap,service', '-l', 'karmada.io/managed=true', '-o', 'name'),
          '',
        )
        assert.equal(await inMember(member, 'get', 'pods', '-o', 'name'), '')
      }
      assert.equal(await k('get', 'rb', '-A', '-o', 'name'), '')
      assert.equal(await k('get', 'works', '-A', '-l', 'resourcebinding.karmada.io/permanent-id', '-o', 'name'), '')
    })
  })
})
