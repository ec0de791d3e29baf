import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Metrics, StringMap } from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'
import { applyMetrics } from './metrics.ts'
import { refusal } from './scene.test-support.ts'

const begin = () => {
  const seen: { readonly name: string; readonly labels: StringMap | undefined }[] = []
  const metrics: Metrics = {
    counter: ({ name }) => ({ add: (labels) => void seen.push({ name, labels }) }),
    gauge: () => ({ set: () => {}, forget: () => {} }),
    histogram: ({ name }) => ({ observe: (_, labels) => void seen.push({ name, labels }) }),
  }
  return { seen, measured: applyMetrics(metrics) }
}

test('what is done in members is counted in the words of Karmada', () => {
  const { seen, measured } = begin()
  const web = deployment()
  const of = { apiversion: 'apps/v1', kind: 'Deployment', member_cluster: 'member1' }
  measured.created(web, 'member1', 'success', true)
  measured.updated(web, 'member1', 'success', 'unchanged')
  measured.deleted(web, 'member1', 'error')
  measured.corrected(web, 'member1')
  assert.deepEqual(seen, [
    { name: 'create_resource_to_cluster', labels: { ...of, result: 'success', recreate: 'true' } },
    { name: 'update_resource_to_cluster', labels: { ...of, result: 'success', operationResult: 'unchanged' } },
    { name: 'delete_resource_from_cluster', labels: { ...of, result: 'error' } },
    { name: 'flotilla_drift_corrected_total', labels: of },
  ])
})

test('a lost race is no error, everything else that fails is', async () => {
  const { seen, measured } = begin()
  const fails = (error: unknown) => measured.timed(() => Promise.reject(error)).catch(() => {})
  await measured.timed(async () => {})
  await fails(refusal(409, 'Conflict', 'changed meanwhile'))
  await fails(refusal(409, 'AlreadyExists', 'is there'))
  await fails(new Error('no'))
  assert.deepEqual(
    seen.map(({ labels }) => labels?.result),
    ['success', 'success', 'error', 'error'],
  )
})
