import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Daemon, startAgent } from '../real/serve.ts'
import { type Up, up } from '../up.ts'

const everywhere = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'web' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
    placement: { clusterAffinity: {} },
  },
}

describe('a cluster that a control plane without a kube-apiserver cannot reach', () => {
  let control: Up
  let far: Up
  let agent: Daemon | undefined
  let k: Kubectl
  let inFar: Kubectl
  let identity: string

  before(async () => {
    ;[control, far] = await Promise.all([up({ members: 0 }), up({ members: 1 })])
    k = kubectl(control.kubeconfig)
    inFar = kubectl(far.kubeconfig)
    identity = join(control.dataDir, 'agent.kubeconfig')
  })
  after(async () => {
    await agent?.stop()
    await Promise.all([control.stop(), far.stop()])
  })

  test('is registered with a token, which vouches for the control plane, and gets a certificate', async () => {
    const token = (await flotilla('token', 'create', '--kubeconfig', control.kubeconfig)).out.trim()
    await eventually(async () => {
      const { data } = await k.json('configmap', 'cluster-info', '-n', 'kube-public')
      assert.match(data[`jws-kubeconfig-${token.slice(0, 6)}`] ?? '', /^\w+\.\.[\w-]+$/)
    })
    const [{ cluster }] = JSON.parse(await k('config', 'view', '--raw', '-o', 'json')).clusters
    const { code, out, err } = await flotilla(
      ...['register', cluster.server.replace('https://', ''), '--cluster-name', 'far', '--token', token],
      ...['--discovery-token-unsafe-skip-ca-verification', '--agent-kubeconfig', identity],
      ...['--kubeconfig', far.kubeconfig, '--context', 'member1'],
    )
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /✓ agent let in as system:karmada:agent:far/)
    assert.match(await k('get', 'csr'), /kube-apiserver-client +system:bootstrap:\w{6} .* Approved,Issued/)
  })

  test('gets what is propagated to it by its agent, and tells what became of it', async () => {
    agent = await startAgent(
      ...['--cluster-name', 'far', '--kubeconfig', identity],
      ...['--cluster-kubeconfig', far.kubeconfig, '--cluster-context', 'member1'],
    )
    await k('wait', 'cluster/far', '--for=condition=Ready', '--timeout=60s')
    for (const manifest of [deployment('web', 2), everywhere])
      assert.equal((await k.run(['apply', '-f', '-'], JSON.stringify(manifest))).code, 0)
    await eventually(async () => {
      assert.equal((await inFar.json('deployment', 'web', '--context', 'member1')).status?.readyReplicas, 2)
      assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 2)
    }, 60_000)
  })

  test('whose agent may do nothing about others', async () => {
    const asAgent = kubectl(identity)
    assert.match(await asAgent('auth', 'whoami'), /^Groups +\[system:karmada:agents system:authenticated\]$/m)
    const works = async (namespace: string): Promise<Json> =>
      (await asAgent.run(['auth', 'can-i', 'list', 'works.work.karmada.io', '-n', namespace])).out.trim()
    assert.deepEqual([await works('karmada-es-far'), await works('karmada-es-other')], ['yes', 'no'])
    assert.equal((await asAgent.run(['get', 'secrets', '-A'])).code, 1)
  })
})
