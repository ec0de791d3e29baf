import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const cron = (name: string, scaleTargetRef: Json, rule: Json): Json => ({
  apiVersion: 'autoscaling.karmada.io/v1alpha1',
  kind: 'CronFederatedHPA',
  metadata: { name },
  spec: { scaleTargetRef, rules: [{ name: 'soon', schedule: '@every 1s', ...rule }] },
})

describe('replicas by the clock', () => {
  let flotilla: Up
  let k: Kubectl
  before(async () => {
    flotilla = await up({ members: 1 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => assert.equal(await flotilla.stop(), 0))

  const apply = async (...all: readonly Json[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], all.map((object) => stringify(object)).join('---\n'))
    assert.equal(code, 0, err)
  }

  test('a Deployment is given replicas, and what was done is told', async () => {
    await k('apply', '-f', 'docs/samples/web')
    await apply(cron('web', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, { targetReplicas: 4 }))
    await eventually(async () => {
      assert.equal((await k.json('deployment', 'web')).spec.replicas, 4)
      const [history] = (await k.json('cronfederatedhpa', 'web')).status.executionHistories
      assert.equal(history.successfulExecutions[0].appliedReplicas, 4)
      assert.ok(Date.parse(history.nextExecutionTime) > 0)
    })
    await k('delete', 'cronfederatedhpa', 'web')
  })

  test('a FederatedHPA is given bounds', async () => {
    const apiVersion = 'autoscaling.karmada.io/v1alpha1'
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
    await apply(
      { apiVersion, kind: 'FederatedHPA', metadata: { name: 'web' }, spec: { scaleTargetRef, maxReplicas: 5 } },
      cron('bounds', { apiVersion, kind: 'FederatedHPA', name: 'web' }, { targetMinReplicas: 2, targetMaxReplicas: 9 }),
    )
    await eventually(async () => {
      const { minReplicas, maxReplicas } = (await k.json('federatedhpa', 'web')).spec
      assert.deepEqual([minReplicas, maxReplicas], [2, 9])
    })
  })

  test('what is not there is a failure, with an event', async () => {
    await apply(cron('lost', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' }, { targetReplicas: 4 }))
    await eventually(async () => {
      const [history] = (await k.json('cronfederatedhpa', 'lost')).status.executionHistories
      assert.match(history.failedExecutions[0].message, /"nobody" not found/)
      assert.match(await k('get', 'events', '--field-selector', 'reason=ScaleFailed'), /rule soon/)
    })
  })
})
