import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Kubectl, kubectl } from '../kubectl.ts'
import { accountOf, through } from '../through.ts'
import { type Up, up } from '../up.ts'

describe('the proxy of a cluster', () => {
  let fleet: Up
  let k: Kubectl
  let inMember: Kubectl
  before(async () => {
    fleet = await up({ members: 1 })
    k = kubectl(fleet.kubeconfig)
    inMember = through(fleet.kubeconfig, 'member1')
  })
  after(() => fleet.stop())

  const at = (cluster: string, path: string) => `/apis/cluster.karmada.io/v1alpha1/clusters/${cluster}/proxy${path}`

  test('is what kubectl hears of', async () => {
    const { resources } = JSON.parse(await k('get', '--raw', '/apis/cluster.karmada.io/v1alpha1'))
    const found = resources.find(({ name }: { name: string }) => name === 'clusters/proxy')
    assert.deepEqual(found?.verbs, ['create', 'delete', 'get', 'patch', 'update'])
  })

  test('leads into the member, as a server of its own', async () => {
    assert.equal(
      JSON.parse(await k('get', '--raw', at('member1', '/api/v1/namespaces/default/pods?limit=1'))).kind,
      'PodList',
    )
    assert.match(await inMember('auth', 'whoami'), /^Username +flotilla-admin$/m)
    assert.match(await inMember('get', 'nodes'), /^member1-node-?\d* +Ready/m)
    await inMember('create', 'configmap', 'through', '--from-literal=a=b')
    assert.equal(await k('get', 'configmap', 'through', '--ignore-not-found'), '')
    await inMember('wait', 'configmap/through', '--for=jsonpath={.data.a}=b', '--timeout=20s')
    await inMember('delete', 'configmap', 'through')
  })

  test('is for who may use it, and then the member decides', async () => {
    const kubeconfig = await accountOf(fleet.kubeconfig, 'alice')
    const user = '"system:serviceaccount:default:alice"'
    const pods = () => kubectl(kubeconfig).run(['get', '--raw', at('member1', '/api/v1/namespaces/default/pods')])
    assert.match((await pods()).err, new RegExp(`\\(Forbidden\\).* User ${user} cannot get resource "clusters/proxy"`))
    const rights = ['--verb=*', '--resource=clusters.cluster.karmada.io/proxy', '--resource-name=member1']
    await k('create', 'clusterrole', 'into', ...rights)
    await k('create', 'clusterrolebinding', 'into', '--clusterrole=into', '--serviceaccount=default:alice')
    const there = new RegExp(`pods is forbidden: User ${user} cannot list resource "pods" in API group ""`)
    await eventually(async () => assert.match((await pods()).err, there))
    await inMember('create', 'clusterrolebinding', 'alice', '--clusterrole=view', '--serviceaccount=default:alice')
    await eventually(async () => assert.equal((await pods()).code, 0))
    const { err } = await through(kubeconfig, 'member1').run(['create', 'configmap', 'no'])
    assert.match(err, new RegExp(`User ${user} cannot create resource "configmaps"`))
  })

  test('of a cluster that is not there is not there', async () => {
    assert.match((await k.run(['get', '--raw', at('nobody', '/api')])).err, /\(NotFound\).*"nobody" not found/)
  })
})
