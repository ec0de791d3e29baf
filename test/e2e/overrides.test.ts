import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const members = ['member1', 'member2', 'member3']

const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web', stage: 'test' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'web', image: 'docker.io/shop/web:1', command: ['serve'], args: ['--debug', '--listen=:80'] },
          { name: 'side', image: 'docker.io/shop/side:1' },
        ],
      },
    },
  },
}

const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { 'app.json': '{"level":"info","zones":[]}', 'app.yaml': '# ours\nlevel: info\nport: 80\n' },
}

const selectors = [
  { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' },
]

const everywhere = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'everywhere' },
  spec: { resourceSelectors: selectors, placement: { clusterAffinity: { clusterNames: members } } },
}

const policy = (kind: string, name: string, spec: object) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind,
  metadata: { name },
  spec,
})

const plaintext = (path: string, value: unknown, operator = 'add') => ({ plaintext: [{ path, operator, value }] })

/** Policies as Karmada's users write them, with a real kubectl. */
describe('override policies', () => {
  let flotilla: Up
  let k: Kubectl
  const apply = async (...objects: readonly object[]) => {
    const list = { apiVersion: 'v1', kind: 'List', items: objects }
    return k.run(['apply', '-f', '-'], JSON.stringify(list))
  }
  const applied = async (...objects: readonly object[]) => {
    const { code, err } = await apply(...objects)
    assert.equal(code, 0, err)
  }
  const inMember = async (member: string, ...args: readonly string[]): Promise<Json> =>
    JSON.parse(await k('--context', member, 'get', ...args, '-o', 'json'))
  const webIn = (member: string) => inMember(member, 'deployment', 'web')
  const settingsIn = async (member: string) => (await inMember(member, 'configmap', 'settings')).data
  const container = (deployment: Json) => deployment.spec.template.spec.containers[0]
  const rendered = async () =>
    (await k.json('rb', 'web-deployment')).status?.conditions?.find(({ type }: Json) => type === 'Rendered')
  const eventsOf = async (kind: string, name: string, reason: string): Promise<readonly Json[]> => {
    const fields = `involvedObject.kind=${kind},involvedObject.name=${name},reason=${reason}`
    return (await k.json('events', '-A', '--field-selector', fields)).items
  }

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const { items } = await k.json('clusters')
      assert.equal(items.filter((cluster: Json) => cluster.status?.kubernetesVersion).length, 3)
    })
    await k('label', 'cluster', 'member1', 'tier=gold')
    await k('patch', 'cluster', 'member2', '--type=merge', '-p', '{"spec":{"region":"eu","zones":["eu-a","eu-b"]}}')
    await k('patch', 'cluster', 'member3', '--type=merge', '-p', '{"spec":{"region":null}}')
    await applied(web, settings, everywhere)
    await eventually(() => Promise.all(members.flatMap((member) => [webIn(member), settingsIn(member)])))
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('all overriders of Karmada do their part, in its order', async () => {
    const overriders = {
      plaintext: [{ path: '/spec/template/spec/containers/0/args/-', operator: 'add', value: '--last' }],
      annotationsOverrider: [{ operator: 'add', value: { 'example.com/note': 'here' } }],
      labelsOverrider: [
        { operator: 'add', value: { tier: 'gold' } },
        { operator: 'replace', value: { stage: 'live', absent: 'x' } },
        { operator: 'remove', value: { app: '' } },
      ],
      argsOverrider: [
        { containerName: 'web', operator: 'remove', value: ['--debug'] },
        { containerName: 'web', operator: 'add', value: ['--first'] },
      ],
      commandOverrider: [{ containerName: 'web', operator: 'add', value: ['--now'] }],
      imageOverrider: [
        { component: 'Registry', operator: 'replace', value: 'mirror.example.com:5000' },
        {
          predicate: { path: '/spec/template/spec/containers/1/image' },
          component: 'Tag',
          operator: 'replace',
          value: '2',
        },
      ],
    }
    const targetCluster = { labelSelector: { matchLabels: { tier: 'gold' } } }
    await applied(
      policy('OverridePolicy', 'web', {
        resourceSelectors: [selectors[0]],
        overrideRules: [{ targetCluster, overriders }],
      }),
    )
    await eventually(async () => {
      const one = await webIn('member1')
      assert.deepEqual(container(one).args, ['--listen=:80', '--first', '--last'])
      assert.deepEqual(container(one).command, ['serve', '--now'])
      assert.deepEqual(
        one.spec.template.spec.containers.map(({ image }: Json) => image),
        ['mirror.example.com:5000/shop/web:1', 'mirror.example.com:5000/shop/side:2'],
      )
      const { tier, stage, app, absent } = one.metadata.labels
      assert.deepEqual([tier, stage, app, absent], ['gold', 'live', undefined, undefined])
      assert.equal(one.metadata.annotations['example.com/note'], 'here')
    })
    assert.equal(container(await webIn('member2')).image, 'docker.io/shop/web:1')
    const work = (await k.json('work', '-n', 'karmada-es-member1')).items.find(
      ({ metadata }: Json) => metadata.annotations['policy.karmada.io/applied-overrides'],
    )
    assert.deepEqual(JSON.parse(work.metadata.annotations['policy.karmada.io/applied-overrides']), [
      { policyName: 'web', overriders },
    ])
    await k('delete', 'overridepolicy', 'web')
    await eventually(async () => {
      const one = await webIn('member1')
      assert.equal(container(one).image, 'docker.io/shop/web:1')
      assert.deepEqual([one.metadata.labels.app, one.metadata.labels.tier], ['web', undefined])
    })
  })

  test('documents inside texts are changed where a path says', async () => {
    const fieldOverrider = [
      { fieldPath: '/data/app.json', json: [{ subPath: '/level', operator: 'replace', value: 'debug' }] },
      { fieldPath: '/data/app.yaml', yaml: [{ subPath: '/port', operator: 'replace', value: 8080 }] },
    ]
    const targetCluster = {
      fieldSelector: { matchExpressions: [{ key: 'region', operator: 'In', values: ['eu'] }] },
    }
    await applied(
      policy('OverridePolicy', 'settings', {
        resourceSelectors: [selectors[1]],
        overrideRules: [{ targetCluster, overriders: { fieldOverrider } }],
      }),
    )
    await eventually(async () =>
      assert.deepEqual(await settingsIn('member2'), {
        'app.json': '{"level":"debug","zones":[]}',
        'app.yaml': '# ours\nlevel: info\nport: 8080\n',
      }),
    )
    assert.deepEqual(await settingsIn('member1'), settings.data)
    await k('delete', 'overridepolicy', 'settings')
    await eventually(async () => assert.deepEqual(await settingsIn('member2'), settings.data))
  })

  test('cluster-wide ones go first, wider before narrower, then by name; old ones count, excluded clusters do not', async () => {
    const says = (value: string) => plaintext('/metadata/annotations/said', value)
    const one = [{ overriders: says('wide') }]
    await applied(
      policy('ClusterOverridePolicy', 'z-wide', { resourceSelectors: [selectors[0]], overrideRules: one }),
      policy('OverridePolicy', 'a-narrow', {
        resourceSelectors: [selectors[0]],
        targetCluster: { exclude: ['member3'] },
        overriders: says('narrow, of old'),
      }),
      policy('OverridePolicy', 'b-kind', {
        resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
        overrideRules: [{ targetCluster: { clusterNames: ['member2', 'member3'] }, overriders: says('kind') }],
      }),
    )
    await eventually(async () => {
      const said = await Promise.all(members.map(async (member) => (await webIn(member)).metadata.annotations.said))
      assert.deepEqual(said, ['narrow, of old', 'narrow, of old', 'kind'])
    })
    await k('delete', 'clusteroverridepolicy', 'z-wide')
    await k('delete', 'overridepolicy', 'a-narrow', 'b-kind')
  })

  test('an expression serves all clusters, and follows what is said of them', async () => {
    const overriders = {
      imageOverrider: [
        {
          component: 'Registry',
          operator: 'replace',
          cel: 'cluster.spec.region == "" ? value : "registry." + cluster.spec.region + ".example.com"',
        },
      ],
      labelsOverrider: [{ operator: 'add', cel: '{"cluster": cluster.metadata.name}' }],
      argsOverrider: [{ containerName: 'web', operator: 'add', cel: 'cluster.spec.zones.map(zone, "--zone=" + zone)' }],
      plaintext: [{ path: '/spec/replicas', operator: 'replace', cel: 'value + size(cluster.spec.zones)' }],
    }
    await applied(
      policy('ClusterOverridePolicy', 'by-cluster', {
        resourceSelectors: [selectors[0]],
        overrideRules: [{ overriders }],
      }),
    )
    const seen = async () =>
      Promise.all(
        members.map(async (member) => {
          const deployment = await webIn(member)
          const { image, args } = container(deployment)
          return [deployment.metadata.labels.cluster, image, args.length, deployment.spec.replicas]
        }),
      )
    await eventually(async () =>
      assert.deepEqual(await seen(), [
        ['member1', 'registry.region-1.example.com/shop/web:1', 2, 2],
        ['member2', 'registry.eu.example.com/shop/web:1', 4, 4],
        ['member3', 'docker.io/shop/web:1', 2, 2],
      ]),
    )
    await k('patch', 'cluster', 'member3', '--type=merge', '-p', '{"spec":{"region":"us"}}')
    await eventually(async () => assert.equal((await seen())[2]?.[1], 'registry.us.example.com/shop/web:1'))
    await k('delete', 'clusteroverridepolicy', 'by-cluster')
  })

  test('an expression that is none is refused with the place', async () => {
    const overriders = { plaintext: [{ path: '/spec/replicas', operator: 'replace', cel: 'objct.spec.replicas' }] }
    const { code, err } = await apply(policy('OverridePolicy', 'bad', { overrideRules: [{ overriders }] }))
    assert.equal(code, 1)
    assert.match(
      err,
      /spec\.overrideRules\[0\]\.overriders\.plaintext\[0\]\.cel: Invalid value: "objct\.spec\.replicas": line 1, column 1: there is no variable objct; there are cluster, object, value/,
    )
  })

  const mistakes: readonly [what: string, overriders: object, says: RegExp][] = [
    [
      'a path that is not there',
      plaintext('/spec/none/maxSurge', 1),
      /\/spec\/none\/maxSurge: its parent does not exist/,
    ],
    [
      'an image that does not parse',
      {
        imageOverrider: [
          {
            predicate: { path: '/spec/template/spec/containers/0/args/0' },
            component: 'Tag',
            operator: 'replace',
            value: '2',
          },
        ],
      },
      /\/spec\/template\/spec\/containers\/0\/args\/0: "--debug" is not the name of an image/,
    ],
    [
      'a field no cluster can do without',
      plaintext('/spec/template', undefined, 'remove'),
      /\/spec\/template: a Deployment cannot be without it/,
    ],
    ['another name', plaintext('/metadata/name', 'other', 'replace'), /\/metadata\/name: it has to stay "web"/],
    [
      'an expression without a value',
      { plaintext: [{ path: '/spec/replicas', operator: 'replace', cel: 'object.spec.none' }] },
      /\/spec\/replicas: the expression object\.spec\.none has no value: line 1, column 12: field not found: none/,
    ],
  ]
  for (const [index, [what, overriders, says]] of mistakes.entries())
    test(`${what} is told of on all that is concerned, delays no other cluster, and heals`, async (context) => {
      const name = `mistake-${index}`
      const rules = (first: object) => [
        { targetCluster: { clusterNames: ['member1'] }, overriders: first },
        { overriders: plaintext('/metadata/annotations/round', name) },
      ]
      const given = (first: object) =>
        policy('OverridePolicy', name, { resourceSelectors: [selectors[0]], overrideRules: rules(first) })
      const before = container(await webIn('member1')).image
      context.after(() => k.run(['delete', 'overridepolicy', name]))
      await applied(given(overriders))
      await eventually(async () => {
        const condition = await rendered()
        assert.equal(condition?.status, 'False')
        assert.equal(condition.reason, 'RenderFailed')
        assert.match(condition.message, /^1 of 3 clusters keep what they have: OverridePolicy default\/mistake-/)
        assert.match(
          condition.message,
          new RegExp(`${name} cannot be applied to Deployment default/web for cluster member1: `),
        )
        assert.match(condition.message, says)
        assert.equal((await webIn('member2')).metadata.annotations.round, name)
        for (const [kind, of, reason] of [
          ['Deployment', 'web', 'ApplyOverridePolicyFailed'],
          ['OverridePolicy', name, 'ApplyOverridePolicyFailed'],
          ['Deployment', 'web', 'SyncWorkFailed'],
          ['ResourceBinding', 'web-deployment', 'SyncWorkFailed'],
        ] as const)
          assert.ok(
            (await eventsOf(kind, of, reason)).some(({ message }) => says.test(message) && message.includes(name)),
            `${kind} ${of} ${reason}`,
          )
      })
      assert.equal(container(await webIn('member1')).image, before)
      const told = await eventsOf('OverridePolicy', name, 'ApplyOverridePolicyFailed')
      assert.deepEqual(
        told.map(({ count }) => count),
        [1],
        'told once',
      )
      await applied(given(plaintext('/metadata/annotations/first', 'well')))
      await eventually(async () => {
        const condition = await rendered()
        assert.deepEqual([condition.status, condition.reason], ['True', 'RenderSuccess'])
        const { annotations } = (await webIn('member1')).metadata
        assert.deepEqual([annotations.first, annotations.round], ['well', name])
      })
    })

  test('a template of 3 MB is refused with the limit', async () => {
    const huge = { ...settings, metadata: { name: 'huge' }, data: { text: 'x'.repeat(3 * 1024 * 1024) } }
    const { code, err } = await k.run(['create', '-f', '-'], JSON.stringify(huge))
    assert.equal(code, 1)
    assert.match(err, /Request entity too large: limit is 3145728/)
  })

  test('one that is as big as may be is brought to the members', async () => {
    const big = { ...settings, metadata: { name: 'big' }, data: { text: 'x'.repeat(900 * 1024) } }
    const own = { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'big' }] }
    const { err, code } = await k.run(['create', '-f', '-'], JSON.stringify(big))
    assert.equal(code, 0, err)
    await applied(policy('PropagationPolicy', 'big', { ...own, placement: everywhere.spec.placement }))
    await eventually(() => Promise.all(members.map((member) => inMember(member, 'configmap', 'big'))))
  })

  test('a suspended cluster gets nothing, and everything when it no longer is', async () => {
    const paused = { ...settings, metadata: { name: 'paused' } }
    const spec = {
      resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'paused' }],
      placement: everywhere.spec.placement,
    }
    const suspension = { dispatchingOnClusters: { clusterNames: ['member2'] } }
    await applied(paused, policy('PropagationPolicy', 'paused', { ...spec, suspension }))
    await eventually(() => Promise.all(['member1', 'member3'].map((member) => inMember(member, 'configmap', 'paused'))))
    await eventually(async () => {
      const { items } = await k.json('work', '-n', 'karmada-es-member2')
      const work = items.find(({ metadata }: Json) => metadata.name.startsWith('paused-'))
      assert.equal(work?.spec.suspendDispatching, true)
      const dispatching = work.status?.conditions?.find(({ type }: Json) => type === 'Dispatching')
      assert.deepEqual([dispatching?.status, dispatching?.reason], ['False', 'SuspendDispatching'])
    })
    assert.equal((await k.run(['--context', 'member2', 'get', 'configmap', 'paused'])).code, 1)
    await k('patch', 'propagationpolicy', 'paused', '--type=merge', '-p', '{"spec":{"suspension":null}}')
    await eventually(() => inMember('member2', 'configmap', 'paused'))
  })
})
