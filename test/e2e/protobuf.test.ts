import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const policy = JSON.stringify({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: {
    resourceSelectors: [
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { apiVersion: 'v1', kind: 'ConfigMap' },
    ],
    placement: { clusterAffinity: { clusterNames: ['member1'] } },
  },
})

describe('what kubectl writes without a file', () => {
  let fleet: Up
  let shop: Kubectl['run']
  before(async () => {
    fleet = await up({ members: 1 })
    const k = kubectl(fleet.kubeconfig)
    shop = (args, input) => k.run(['-n', 'shop', ...args], input)
  })
  after(() => fleet.stop())

  /** Does what a line says, whose words are separated by single spaces. */
  const does = async (line: string, input?: string): Promise<string> => {
    const { code, out, err } = await shop(line.split(' '), input)
    assert.equal(code, 0, `${line}: ${err}`)
    return out
  }

  test('is made, seen to by a policy, changed and deleted', async () => {
    assert.equal(await does('create namespace shop'), 'namespace/shop created\n')
    await does('apply -f -', policy)
    await does('create configmap colors --from-literal=color=red')
    await does('create deployment web --image=nginx --replicas=1 --port=80')
    await does('wait deployment/web --for=condition=Available --timeout=60s')
    await does('--context member1 get configmap colors')

    await does('scale deployment web --replicas=2')
    await does('expose deployment web --port=80 --target-port=http')
    await does('autoscale deployment web --min=1 --max=3')
    await does('label deployment web team=a')
    await does('annotate deployment web note=b')
    await does('set image deployment/web nginx=nginx:2')
    await does('wait deployment/web --for=jsonpath={.status.updatedReplicas}=2 --timeout=60s')
    assert.equal(await does('get deployment web -o jsonpath={.spec.replicas},{.metadata.labels.team}'), '2,a')

    await does('delete deployment,service,hpa web --timeout=60s')
    await does('delete namespace shop --timeout=60s')
  })

  test('is made in a member, too', async () => {
    await does('--context member1 create namespace shop')
    await does('--context member1 run one --image=nginx --port=80')
    await does('--context member1 create deployment two --image=nginx --replicas=0')
    assert.equal(await does('--context member1 get deployment two -o jsonpath={.spec.replicas}'), '0')
    await does('--context member1 delete namespace shop --timeout=60s')
  })
})
