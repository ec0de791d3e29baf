import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  annotation,
  clusterPropagationPolicyKind,
  keyOf,
  label,
  type Manifest,
  match as matchPoints,
  on,
  type PropagationPolicy,
  propagationPolicyKind,
} from '@flotilla/sdk'
import { clusterPolicy, deployment, manifest, overridePolicy, policy } from '@flotilla/sdk/testing'
import {
  deploymentKind,
  type MachineOptions,
  type TestMachine,
  testMachine,
} from '../../extension/machine.test-support.ts'
import { claimOf, withClaim } from '../../manifest/claim.ts'
import { matchControllers } from './controller.ts'

const takesFirst = on(matchPoints.choose, ({ policies: [first] }) => first)
const pp = (name: string, words: Parameters<typeof policy>[0] = {}) =>
  policy({
    name,
    labels: { [label.propagationPolicyId]: `id-${name}` },
    finalizers: ['karmada.io/propagation-policy-controller'],
    ...words,
  })
const cpp = (name: string, words: Parameters<typeof policy>[0] = {}) =>
  clusterPolicy({ name, labels: { [label.clusterPropagationPolicyId]: `id-${name}` }, ...words })
const byLabel = (app: string) => [
  { apiVersion: 'apps/v1', kind: 'Deployment', labelSelector: { matchLabels: { app } } },
]
const claimedBy = (name: string) => withClaim({}, { policy: { namespace: 'default', name }, id: `id-${name}` })

let machine: TestMachine
const start = (options: MachineOptions = {}): TestMachine => {
  machine = testMachine({ extensions: [takesFirst], ...options })
  machine.run(matchControllers(machine))
  return machine
}
afterEach(() => machine.end())

const web = (): Manifest => machine.objects.get(deploymentKind, { namespace: 'default', name: 'web' }) as Manifest
const owner = (): string | undefined => claimOf(web())?.policy.name

/** Changes a policy as a user would. */
const edit = (name: string, spec: Partial<PropagationPolicy['spec']>) => {
  const before = machine.objects.get(propagationPolicyKind, { namespace: 'default', name }) as PropagationPolicy
  machine.objects.put({ ...before, spec: { ...before.spec, ...spec } })
}

describe('a template is claimed', () => {
  test('with one write, and no more when nothing changes', async () => {
    start({ objects: [pp('a'), deployment()] })
    await machine.quiet()
    assert.equal(owner(), 'a')
    assert.deepEqual(
      machine.writes.map(({ verb, what }) => `${verb} ${what}`),
      ['patch deployments default/web'],
    )
    machine.objects.put({ ...web(), status: { replicas: 1 } })
    await machine.quiet()
    assert.equal(machine.writes.length, 1)
    assert.deepEqual(machine.complaints, [])
  })
  test('whichever comes first', async () => {
    start({ objects: [deployment()] })
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
    machine.objects.put(pp('late'))
    await machine.until(() => owner() === 'late')
  })
  test('by the policy of its namespace before a cluster-wide one', async () => {
    start({ objects: [cpp('wide'), pp('own'), deployment()] })
    await machine.until(() => owner() === 'own')
  })
  test('only where its namespace is propagated, and nobody else speaks for it', async () => {
    const aside = deployment({ namespace: 'kube-public' })
    const spoken = deployment({ name: 'spoken', labels: { [label.claimedBy]: 'MultiClusterService' } })
    start({ objects: [cpp('wide'), aside, spoken] })
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
  })
  test('among a thousand policies without looking at them all', async () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      pp(`p${i}`, { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: `web${i}` }] }),
    )
    const templates = many.map((_, i) => deployment({ name: `web${i}` }))
    const shown: number[] = []
    const looks = on(matchPoints.choose, ({ policies }) => {
      shown.push(policies.length)
      return policies[0]
    })
    start({ objects: [...many, ...templates], extensions: [looks] })
    await machine.until(() => machine.writes.length === 1000)
    assert.deepEqual([...new Set(shown)], [1])
    assert.equal(
      claimOf(machine.objects.get(deploymentKind, keyOf(deployment({ name: 'web7' }))) as Manifest)?.policy.name,
      'p7',
    )
  })
})

describe('a claim is given up', () => {
  test('when the policy selects something else', async () => {
    start({ objects: [pp('a', { resourceSelectors: byLabel('web') }), deployment({ labels: { app: 'web' } })] })
    await machine.until(() => owner() === 'a')
    edit('a', { resourceSelectors: byLabel('api') })
    await machine.until(() => owner() === undefined)
    assert.deepEqual(web().metadata.labels, { app: 'web' })
  })
  test('when the policy goes, which then is let go, and another may follow', async () => {
    start({
      objects: [pp('a'), pp('b', { resourceSelectors: byLabel('web') }), deployment({ labels: { app: 'web' } })],
    })
    await machine.until(() => owner() === 'a')
    await machine.client.delete(propagationPolicyKind, { namespace: 'default', name: 'a' })
    await machine.until(() => !machine.objects.get(propagationPolicyKind, { namespace: 'default', name: 'a' }))
    assert.equal(owner(), 'b')
  })
  test('when the policy went while nobody looked', async () => {
    start({ objects: [deployment(claimedBy('gone'))] })
    await machine.until(() => owner() === undefined)
  })
  test('to a policy that was made again under the same name', async () => {
    start({ objects: [pp('a', { labels: { [label.propagationPolicyId]: 'new' } }), deployment(claimedBy('a'))] })
    await machine.until(() => claimOf(web())?.id === 'new')
  })
  test('to one that preempts, and its owner hears of it', async () => {
    start({ objects: [cpp('wide'), deployment()] })
    await machine.until(() => owner() === 'wide')
    machine.objects.put(pp('own', { preemption: 'Always' }))
    await machine.until(() => owner() === 'own')
    await machine.quiet()
    assert.deepEqual(machine.events.at(-1), {
      about: 'Deployment web',
      reason: 'PreemptPolicySucceed',
      message: 'Propagation policy(default/own) preempted cluster propagation policy(wide) successfully',
    })
  })
  test('to one that preempts when the priority of its holder falls below', async () => {
    start({
      objects: [pp('a', { priority: 5 }), pp('b', { priority: 3, preemption: 'Always' }), deployment(claimedBy('a'))],
    })
    await machine.quiet()
    assert.equal(owner(), 'a')
    edit('a', { priority: 1 })
    await machine.until(() => owner() === 'b')
  })
})

describe('a policy waits', () => {
  test('for the overrides it depends on', async () => {
    start({ objects: [pp('a', { dependentOverrides: ['override'] }), deployment()] })
    await machine.until(() => machine.events.length > 0)
    assert.equal(machine.events[0]?.message, 'policy(default/a) waits for dependent overrides override')
    assert.equal(owner(), undefined)
    machine.objects.put(overridePolicy())
    await machine.until(() => owner() === 'a')
  })
  test('for its permanent id', async () => {
    start({ objects: [pp('a', { labels: {} }), deployment()] })
    await machine.quiet()
    assert.equal(owner(), undefined)
    machine.objects.put(pp('a'))
    await machine.until(() => owner() === 'a')
  })
  test('for the next edit, when it is lazy and came after the template', async () => {
    start({ objects: [deployment()] })
    await machine.quiet()
    machine.objects.put(pp('lazy', { activationPreference: 'Lazy' }))
    await machine.quiet()
    assert.equal(owner(), undefined)
    machine.objects.put({ ...web(), metadata: { ...web().metadata, annotations: { edited: 'yes' } } })
    await machine.until(() => owner() === 'lazy')
  })
  test('for nothing, when it is lazy and there first', async () => {
    start({ objects: [pp('lazy', { activationPreference: 'Lazy' })] })
    await machine.quiet()
    machine.objects.put(deployment())
    await machine.until(() => owner() === 'lazy')
  })
})

test('a claim made for one version of a kind is not undone by another', async () => {
  const kinds = [deploymentKind, { ...deploymentKind, apiVersion: 'apps/v1beta2' }]
  const old = { ...deployment({ ...claimedBy('a') }), apiVersion: 'apps/v1beta2' }
  const selectors = [{ apiVersion: 'apps/v1beta2', kind: 'Deployment' }]
  start({ kinds, objects: [pp('a', { resourceSelectors: selectors }), deployment({ ...claimedBy('a') }), old] })
  await machine.quiet()
  assert.deepEqual(machine.writes, [])
})

test('a write that fails is told to the owner of the template and tried again', async () => {
  start({ objects: [pp('a'), deployment()] })
  const { patch } = machine.client
  let failures = 0
  Object.assign(machine.client, {
    patch: async (...args: Parameters<typeof patch>) => {
      if (failures++ === 0) throw new Error('the disk is full')
      return patch(...args)
    },
  })
  await machine.until(() => owner() === 'a')
  assert.equal(machine.events[0]?.message, 'Apply policy(default/a) failed: the disk is full')
})

test('a cluster-wide policy is let go as well', async () => {
  const finalizers = ['karmada.io/cluster-propagation-policy-controller']
  start({ objects: [cpp('wide', { finalizers }), deployment(), manifest('v1', 'ConfigMap', { namespace: 'default' })] })
  await machine.until(() => owner() === 'wide')
  await machine.client.delete(clusterPropagationPolicyKind, { name: 'wide' })
  await machine.until(() => !machine.objects.get(clusterPropagationPolicyKind, { name: 'wide' }))
  assert.equal(web().metadata.annotations?.[annotation.clusterPropagationPolicyName], undefined)
})
