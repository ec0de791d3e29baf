import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ApiError,
  type Client,
  type CronFederatedHpa,
  type CronRule,
  cronFederatedHpaKind,
  type ExecutionHistory,
  type FederatedHpa,
  federatedHpaKind,
  type Manifest,
  type Status,
} from '@flotilla/sdk'
import { examinePlugin, fakeHost, manifest } from '@flotilla/sdk/testing'
import { cronScaling } from './cron-scaling.ts'

examinePlugin(cronScaling)

const now = new Date('2026-05-01T12:00:30Z')
const noon = '2026-05-01T12:00:00Z'
const rule: CronRule = { name: 'noon', schedule: '0 12 * * *', timeZone: 'UTC' }

const cron = (words: Partial<CronRule>, target: object): CronFederatedHpa =>
  manifest('autoscaling.karmada.io/v1alpha1', 'CronFederatedHPA', {
    name: 'cron',
    namespace: 'default',
    spec: { scaleTargetRef: target, rules: [{ ...rule, ...words }] },
    status: { executionHistories: [{ ruleName: 'noon', nextExecutionTime: noon }] },
  }) as CronFederatedHpa // written as one

const ofDeployment = cron({ targetReplicas: 5 }, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' })
const ofHpa = (words: Partial<CronRule>) =>
  cron(words, { apiVersion: federatedHpaKind.apiVersion, kind: 'FederatedHPA', name: 'web' })

const hpa = manifest(federatedHpaKind.apiVersion, 'FederatedHPA', {
  name: 'web',
  namespace: 'default',
  spec: { minReplicas: 1, maxReplicas: 4 },
})

const refusal = (code: number) =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, message: 'no' } as Status)

const resources = [
  { name: 'deployments', kind: 'Deployment' },
  { name: 'deployments/scale', kind: 'Scale' },
  { name: 'controllerrevisions', kind: 'ControllerRevision' },
]

/** A host whose API server has workloads; what is written to their scale is kept. */
function hostWith(objects: readonly Manifest[], answer: () => void = () => undefined) {
  const host = fakeHost({ objects, now })
  const scaled: unknown[] = []
  const bounded: unknown[] = []
  const client: Client = {
    ...host.client,
    raw: async () => ({ status: 200, headers: {}, body: { resources } }),
    patch: async (kind, key, patch, options) => {
      if (options?.subresource !== 'scale') {
        bounded.push(patch.body)
        return host.client.patch(kind, key, patch, options)
      }
      answer()
      scaled.push([kind.plural, key, patch.body])
      return {} as never // nobody looks at it
    },
  }
  cronScaling.controllers?.({ ...host, client })
  const controller = host.controllers.get('cron-federated-hpa')
  assert.ok(controller)
  const history = async (): Promise<ExecutionHistory | undefined> =>
    (await host.client.get(cronFederatedHpaKind, { namespace: 'default', name: 'cron' }))?.status
      ?.executionHistories?.[0]
  return { host, scaled, bounded, history, reconcile: () => controller.reconcile('default/cron') }
}

const times = { scheduleTime: noon, executionTime: '2026-05-01T12:00:30Z' }
const next = { ruleName: 'noon', nextExecutionTime: '2026-05-02T12:00:00Z' }

test('a workload gets replicas when they are due, and it comes back the next day', async () => {
  const { scaled, history, reconcile } = hostWith([ofDeployment])
  assert.deepEqual(await reconcile(), { again: 86_370_000 })
  assert.deepEqual(scaled, [['deployments', { namespace: 'default', name: 'web' }, { spec: { replicas: 5 } }]])
  assert.deepEqual(await history(), { ...next, successfulExecutions: [{ ...times, appliedReplicas: 5 }] })
  await reconcile()
  assert.equal(scaled.length, 1)
})

test('a FederatedHPA gets bounds', async () => {
  const { host, history, reconcile } = hostWith([ofHpa({ targetMinReplicas: 2 }), hpa])
  await reconcile()
  const there: FederatedHpa | undefined = await host.client.get(federatedHpaKind, { namespace: 'default', name: 'web' })
  assert.deepEqual(there?.spec, { minReplicas: 2, maxReplicas: 4 })
  assert.deepEqual(await history(), { ...next, successfulExecutions: [{ ...times, appliedMinReplicas: 2 }] })
})

test('bounds it has are not written', async () => {
  const { bounded, history, reconcile } = hostWith([ofHpa({ targetMinReplicas: 1, targetMaxReplicas: 4 }), hpa])
  await reconcile()
  assert.deepEqual(bounded, [])
  assert.equal((await history())?.successfulExecutions?.length, 1)
})

test('what is not there is a failure, and an event tells', async () => {
  const { host, history, reconcile } = hostWith([ofHpa({ targetMinReplicas: 2 })])
  await reconcile()
  const message = 'FederatedHPA default/web cannot be scaled: it is not there; see spec.scaleTargetRef'
  assert.deepEqual(await history(), { ...next, failedExecutions: [{ ...times, message }] })
  assert.deepEqual(
    host.events.map(({ type, reason, message: said }) => [type, reason, said]),
    [['Warning', 'ScaleFailed', `rule noon: ${message}`]],
  )
})

test('what has no scale is a failure', async () => {
  const target = { apiVersion: 'apps/v1', kind: 'ControllerRevision', name: 'web' }
  const { history, reconcile } = hostWith([cron({ targetReplicas: 1 }, target)])
  await reconcile()
  assert.match((await history())?.failedExecutions?.[0]?.message ?? '', /ControllerRevision cannot be scaled/)
})

test('what is refused is a failure', async () => {
  const { history, reconcile } = hostWith([ofDeployment], () => {
    throw refusal(403)
  })
  await reconcile()
  assert.deepEqual((await history())?.failedExecutions, [{ ...times, message: 'no' }])
})

test('a server that does not answer is asked again, and nothing is said yet', async () => {
  const { history, reconcile } = hostWith([ofDeployment], () => {
    throw refusal(503)
  })
  await assert.rejects(reconcile())
  assert.deepEqual(await history(), { ruleName: 'noon', nextExecutionTime: noon })
})
