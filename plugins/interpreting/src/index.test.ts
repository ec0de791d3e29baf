import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deepFreeze, interpret, type Manifest, Registry } from '@flotilla/sdk'
import { examineList } from '@flotilla/sdk/testing'
import { interpretingPlugins, nativePlugins, thirdPartyPlugins } from './index.ts'

examineList(interpretingPlugins)
examineList(nativePlugins, join(import.meta.dirname, 'native'))

const thirdParty = join(import.meta.dirname, 'third-party')
const projects = readdirSync(thirdParty, { withFileTypes: true }).filter((entry) => entry.isDirectory())
for (const { name: project } of projects)
  examineList(
    thirdPartyPlugins.filter(({ name }) => name.startsWith(`${project}-`)),
    join(thirdParty, project),
  )

/** As §6.2 of the inventory has it; `whole` is no answer. */
const matrix = `
  kind                                     | replicas | revise | retain | health | dependencies | status | aggregate
  apps/v1 Deployment                       | yes      | yes    | yes    | yes    | yes          | yes    | yes
  apps/v1 ReplicaSet                       | yes      | yes    |        | yes    | yes          | yes    | yes
  apps/v1 StatefulSet                      | yes      | yes    |        | yes    | yes          | yes    | yes
  apps/v1 DaemonSet                        |          |        |        | yes    | yes          | yes    | yes
  batch/v1 Job                             | yes      | yes    | yes    |        | yes          | yes    | yes
  batch/v1 CronJob                         |          |        |        |        | yes          |        | yes
  v1 Pod                                   | yes      |        | yes    | yes    | yes          |        | yes
  v1 Service                               |          |        | yes    | yes    |              | yes    | yes
  networking.k8s.io/v1 Ingress             |          |        |        | yes    | yes          |        | yes
  v1 PersistentVolumeClaim                 |          |        | yes    | yes    |              |        | yes
  v1 PersistentVolume                      |          |        | yes    |        |              |        | yes
  v1 ServiceAccount                        |          |        | yes    |        |              |        |
  v1 Secret                                |          |        | yes    | yes    |              | yes    |
  v1 ConfigMap                             |          |        |        | yes    |              | yes    |
  policy/v1 PodDisruptionBudget            |          |        |        | yes    |              | yes    | yes
  autoscaling/v2 HorizontalPodAutoscaler   |          |        |        |        |              | yes    | yes
  multicluster.x-k8s.io/v1alpha1 ServiceImport |      |        |        |        | yes          |        |
  apps/v1beta1 Deployment                  |          |        |        |        |              |        |
  example.com/v1 Deployment                |          |        |        |        |              |        |
  example.com/v1 Database                  |          |        |        |        |              |        |
`
const rows = matrix
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => row.split('|').map((cell) => cell.trim()))

const registry = new Registry()
const host = { now: () => new Date(0) } as never // all that an interpreter takes from its host
for (const plugin of interpretingPlugins) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)

for (const [name = '', ...answers] of rows)
  test(`what is known of ${name}`, async () => {
    const [apiVersion = '', kind = ''] = name.split(' ')
    // As bare as can be: every interpreter has to do with fields that are missing.
    const manifest: Manifest = deepFreeze({ apiVersion, kind, metadata: { name: 'x' } })
    const found = await Promise.all([
      registry.ask(interpret.replicas, { manifest }),
      registry.ask(interpret.reviseReplicas, { manifest, replicas: 1 }),
      registry.ask(interpret.retain, { desired: manifest, observed: manifest }),
      registry.ask(interpret.health, { manifest }),
      registry.ask(interpret.dependencies, { manifest }),
      registry.ask(interpret.status, { manifest }),
      registry.ask(interpret.aggregate, { template: manifest, items: [] }),
    ])
    assert.deepEqual(
      found.map((answer) => (answer === undefined ? '' : 'yes')),
      answers,
    )
  })
