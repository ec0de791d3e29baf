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
  counting,
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
    const aside = ['kube-public', 'karmada-system', 'karmada-cluster', 'karmada-es-member1'].map((namespace) =>
      deployment({ namespace }),
    )
    const spoken = deployment({ name: 'spoken', labels: { [label.claimedBy]: 'MultiClusterService' } })
    for (const early of [true, false]) {
      start({ objects: [...(early ? [cpp('wide')] : []), ...aside, spoken] })
      await machine.quiet()
      machine.objects.put(cpp('wide', { preemption: 'Always' }))
      await machine.quiet()
      assert.deepEqual(machine.writes, [])
      machine.end()
    }
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
  const busy = { finalizers: ['example.io/busy'], deletionTimestamp: '2026-01-01T00:00:00Z' }
  for (const [name, more] of [
    ['goes itself', busy],
    [
      'is another controller’s by now',
      { labels: { ...claimedBy('a').labels, [label.claimedBy]: 'MultiClusterService' } },
    ],
  ] as const)
    test(`also by a template that ${name}, so that the policy can go`, async () => {
      start({ objects: [pp('a'), deployment({ ...claimedBy('a'), ...more })] })
      await machine.quiet()
      assert.equal(owner(), 'a')
      await machine.client.delete(propagationPolicyKind, { namespace: 'default', name: 'a' })
      await machine.until(() => !machine.objects.get(propagationPolicyKind, { namespace: 'default', name: 'a' }))
      assert.equal(owner(), undefined)
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

describe('a template moves on', () => {
  /** Who has it · who takes it, at the priority it has, never mind who stays. */
  const scopes = { own: pp, wide: cpp }
  type Scope = keyof typeof scopes
  const cases: readonly (readonly [holder: Scope, taker: Scope, 'Always' | 'Never', priority: number, boolean])[] = [
    ['own', 'own', 'Always', 6, true],
    ['own', 'own', 'Always', 5, false],
    ['own', 'own', 'Never', 6, false],
    ['wide', 'wide', 'Always', 6, true],
    ['wide', 'wide', 'Always', 5, false],
    ['wide', 'wide', 'Never', 6, false],
    ['wide', 'own', 'Always', 0, true],
    ['wide', 'own', 'Never', 9, false],
    ['own', 'wide', 'Always', 9, false],
    ['own', 'wide', 'Never', 9, false],
  ]
  for (const [holder, taker, preemption, priority, moves] of cases)
    test(`from ${holder} (5) to ${taker} (${priority}, ${preemption}): ${moves}`, async () => {
      start({ objects: [scopes[holder]('a', { priority: 5 }), deployment()] })
      await machine.until(() => owner() === 'a')
      machine.objects.put(scopes[taker]('b', { priority, preemption }))
      await machine.quiet()
      assert.equal(owner(), moves ? 'b' : 'a')
      const keys = [...Object.keys(web().metadata.labels ?? {}), ...Object.keys(web().metadata.annotations ?? {})]
      const prefix = (moves ? taker : holder) === 'own' ? 'propagationpolicy' : 'clusterpropagationpolicy'
      assert.deepEqual([...new Set(keys.map((key) => key.split('.')[0]))], [prefix])
    })
  test('to the highest of those that may take it, when its holder falls below them', async () => {
    const takers = [2, 4, 3].map((priority) => pp(`p${priority}`, { priority, preemption: 'Always' }))
    const highest = on(
      matchPoints.choose,
      ({ policies }) => [...policies].sort((a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0))[0],
    )
    start({ objects: [pp('a', { priority: 5 }), ...takers, deployment(claimedBy('a'))], extensions: [highest] })
    await machine.quiet()
    assert.equal(owner(), 'a')
    edit('a', { priority: 1 })
    await machine.until(() => owner() === 'p4')
  })
  test('to another policy when its labels do, and nobody calls that preemption', async () => {
    const objects = [pp('a', { resourceSelectors: byLabel('web') }), pp('b', { resourceSelectors: byLabel('api') })]
    start({ objects: [...objects, deployment({ labels: { app: 'web' } })] })
    await machine.until(() => owner() === 'a')
    const { metadata } = web()
    machine.objects.put({ ...web(), metadata: { ...metadata, labels: { ...metadata.labels, app: 'api' } } })
    await machine.until(() => owner() === 'b')
    assert.deepEqual(machine.events, [])
  })
  test('back to its policy when somebody takes the claim away, or half of it', async () => {
    start({ objects: [pp('a'), deployment()] })
    await machine.until(() => owner() === 'a')
    const { labels: _, ...unlabelled } = web().metadata
    machine.objects.put({ ...web(), metadata: unlabelled })
    await machine.until(() => owner() === 'a')
    machine.objects.put(deployment())
    await machine.until(() => owner() === 'a')
  })
  test('nowhere while another controller speaks for it', async () => {
    start({ objects: [pp('a'), deployment({ labels: { [label.claimedBy]: 'MultiClusterService' } })] })
    await machine.quiet()
    assert.equal(owner(), undefined)
    machine.objects.put(deployment())
    await machine.until(() => owner() === 'a')
  })
  test('not when the write fails, of which its owner hears', async () => {
    start({ objects: [cpp('wide'), deployment()] })
    await machine.until(() => owner() === 'wide')
    const { patch } = machine.client
    let failures = 0
    Object.assign(machine.client, {
      patch: async (...args: Parameters<typeof patch>) => {
        if (failures++ === 0) throw new Error('the disk is full')
        return patch(...args)
      },
    })
    machine.objects.put(pp('own', { preemption: 'Always' }))
    await machine.until(() => owner() === 'own')
    assert.deepEqual(
      machine.events.map(({ reason, message }) => [reason, message]),
      [
        [
          'PreemptPolicyFailed',
          'Propagation policy(default/own) failed to preempt cluster propagation policy(wide): the disk is full',
        ],
        [
          'PreemptPolicySucceed',
          'Propagation policy(default/own) preempted cluster propagation policy(wide) successfully',
        ],
      ],
    )
  })
})

describe('whatever comes in whatever order, a template ends with its policy', () => {
  const parts: Record<string, Manifest> = {
    template: deployment(),
    policy: pp('a', { dependentOverrides: ['override'] }),
    override: overridePolicy(),
  }
  const orders = ['template policy override', 'template override policy', 'policy template override'].concat([
    'policy override template',
    'override template policy',
    'override policy template',
  ])
  for (const order of orders)
    test(order, async () => {
      start({})
      for (const part of order.split(' ')) {
        await machine.quiet()
        machine.objects.put(parts[part] as Manifest)
      }
      await machine.until(() => owner() === 'a')
      assert.deepEqual(
        machine.writes.map(({ what }) => what),
        ['deployments default/web'],
      )
    })
  test('also when half of it happened while nobody looked', async () => {
    start({ objects: [pp('a', { resourceSelectors: byLabel('web') }), pp('b'), deployment(claimedBy('a'))] })
    await machine.until(() => owner() === 'b')
  })
})

describe('a selector that cannot be read selects nothing, and its owner hears why', () => {
  const bad = (operator: string, values?: readonly string[]) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    labelSelector: { matchExpressions: [{ key: 'app', operator: operator as 'In', ...(values && { values }) }] },
  })
  const cases: Record<string, readonly [ReturnType<typeof bad>, why: string]> = {
    'an operator that is none': [
      bad('Equals', ['web']),
      'operator "Equals" is none of In, NotIn, Exists and DoesNotExist',
    ],
    'a comparison with nothing': [bad('NotIn'), 'NotIn compares with values, and there are none'],
    'a value too many': [bad('Exists', ['web']), 'Exists has no values'],
  }
  for (const [name, [selector, why]] of Object.entries(cases))
    test(name, async () => {
      start({ objects: [pp('a', { resourceSelectors: [selector] }), deployment()] })
      await machine.quiet()
      assert.equal(owner(), undefined)
      const path = 'spec.resourceSelectors[0].labelSelector.matchExpressions[0]'
      assert.deepEqual(machine.events, [
        { about: 'PropagationPolicy a', reason: 'ApplyPolicyFailed', message: `${path}: ${why}; it selects nothing` },
      ])
    })
  test('and the other selectors of the policy do what they say', async () => {
    start({
      objects: [
        pp('a', { resourceSelectors: [bad('NotIn'), ...byLabel('web')] }),
        deployment({ labels: { app: 'web' } }),
      ],
    })
    await machine.until(() => owner() === 'a')
  })
})

describe('a policy waits', () => {
  test('for the overrides it depends on', async () => {
    start({ objects: [pp('a', { dependentOverrides: ['override'] }), deployment()] })
    await machine.until(() => machine.events.length > 0)
    assert.deepEqual(
      machine.events,
      ['Deployment web', 'PropagationPolicy a'].map((about) => ({
        about,
        reason: 'ApplyPolicyFailed',
        message: 'policy(default/a) waits for dependent overrides override',
      })),
    )
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
  test('for the overrides it depends on, while who has the template keeps it, if it selects it', async () => {
    const heir = pp('b', { dependentOverrides: ['override'] })
    const objects = [pp('a', { resourceSelectors: byLabel('web') }), heir, deployment({ labels: { app: 'web' } })]
    start({ objects })
    await machine.until(() => owner() === 'a')
    edit('a', { resourceSelectors: byLabel('api') })
    await machine.until(() => owner() === undefined)
    machine.objects.put(overridePolicy())
    await machine.until(() => owner() === 'b')
  })
  test('for nothing, when it is lazy: it claims, and bind waits for the edit', async () => {
    start({ objects: [deployment()] })
    await machine.quiet()
    machine.objects.put(pp('lazy', { activationPreference: 'Lazy' }))
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

test('what is measured are searches and preemptions, by their result', async () => {
  machine = testMachine({ extensions: [takesFirst], objects: [cpp('wide'), deployment()] })
  const { metrics, counted } = counting()
  machine.run(matchControllers({ ...machine, metrics }))
  await machine.until(() => owner() === 'wide')
  assert.ok((counted.get('resource_match_policy_duration_seconds') ?? 0) > 0)
  const { patch } = machine.client
  let failures = 0
  Object.assign(machine.client, {
    patch: async (...args: Parameters<typeof patch>) => {
      if (failures++ === 0) throw new Error('the disk is full')
      return patch(...args)
    },
  })
  machine.objects.put(pp('own', { preemption: 'Always' }))
  await machine.until(() => counted.get('policy_preemption_total success') === 1)
  assert.equal(counted.get('policy_preemption_total error'), 1)
})
