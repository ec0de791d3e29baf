import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConfigMap, type ControlPlane, configMapKind } from '@flotilla/core'
import type { Transport } from '@flotilla/kube'
import type { Client, List, Log, Manifest } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { serveDemands } from '../preflight/preflight.ts'
import { checkClusterApi, definitionsFor, openClusterApi } from './cluster-api.ts'

const signal = AbortSignal.timeout(10_000)
const nobody = {} as Transport // nothing is asked
const proxy = {} as ControlPlane['proxy'] // nobody is led through

const config = (data: ConfigMap['data']): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'kube-system', name: 'extension-apiserver-authentication' },
  ...(data && { data }),
})

test('clusters are kept as another kind where they are served by the control plane, and all else stays', () => {
  const names = (api: 'crd' | 'aggregated') => definitionsFor(api).map(({ metadata }) => metadata.name)
  const [own, served] = [new Set(names('crd')), new Set(names('aggregated'))]
  assert.deepEqual(
    [...own].filter((name) => !served.has(name)),
    ['clusters.cluster.karmada.io'],
  )
  assert.deepEqual(
    [...served].filter((name) => !own.has(name)),
    ['storedclusters.storage.flotilla.dev'],
  )
})

test('who lacks rights for that is told of the roles that have them', () => {
  const { needs, maker } = serveDemands('aggregated', false)
  assert.equal(maker, 'flotilla serve --print-cluster-roles --cluster-api aggregated | kubectl apply -f -')
  assert.ok(needs.some(({ resources }) => resources.includes('storedclusters')))
  assert.ok(!serveDemands('crd', false).needs.some(({ resources }) => resources.includes('subjectaccessreviews')))
})

test('clusters are not served in two ways', async () => {
  const { client } = fakeHost()
  const answering = (crd: Manifest | undefined, items: readonly Manifest[]): Client => ({
    ...client,
    get: async () => crd as never,
    list: async () => ({ items, resourceVersion: '1' }) as never as List<never>,
  })
  const service = (service: object | null) =>
    ({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'x' },
      spec: { service },
    }) as Manifest
  const crd: Manifest = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'x' },
  }
  await checkClusterApi(answering(crd, [service(null)]), 'crd', signal)
  await checkClusterApi(answering(undefined, [service({ name: 'ours' })]), 'aggregated', signal)
  await assert.rejects(checkClusterApi(answering(undefined, [service({ name: 'ours' })]), 'crd', signal), {
    code: 'CLUSTER_API_NOT_SERVED',
    message: /APIService v1alpha1.cluster.karmada.io leads elsewhere/,
  })
  await assert.rejects(checkClusterApi(answering(crd, []), 'aggregated', signal), {
    code: 'CLUSTER_API_NOT_SERVED',
    message: /CustomResourceDefinition clusters.cluster.karmada.io/,
  })
})

test('an API server that vouches for nobody is not served', async () => {
  const vouching: readonly ConfigMap['data'][] = [
    undefined,
    {},
    { 'requestheader-client-ca-file': 'CA', 'requestheader-allowed-names': '[' },
  ]
  for (const data of vouching) {
    const { client, log, ...host } = fakeHost({ objects: [config(data)] })
    const opening = openClusterApi(client, nobody, { store: host.store as ControlPlane['store'], proxy }, log)
    await assert.rejects(opening, { code: 'CLUSTER_API_NOT_SERVED', message: /--requestheader-client-ca-file/ })
  }
})

test('who is in front is believed by the authority of today', async () => {
  const { client, store } = fakeHost({ objects: [config({ 'requestheader-client-ca-file': 'old' })] })
  const said: string[] = []
  const log: Log = { debug() {}, info() {}, warn() {}, error: (message) => void said.push(message), with: () => log }
  const served = await openClusterApi(client, nobody, { store: store as ControlPlane['store'], proxy }, log)
  let changes = 0
  served.onChange(() => changes++)
  assert.equal(served.clientCa(), 'old')
  const change = (data: ConfigMap['data']) =>
    client.patch(configMapKind, config({}).metadata, { type: 'merge', body: { data } })
  await change({ 'requestheader-client-ca-file': 'new' })
  assert.deepEqual([served.clientCa(), changes], ['new', 1])
  await change({ 'requestheader-allowed-names': '[' })
  assert.deepEqual([served.clientCa(), said.length], ['', 1])
})
