import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const members = ['member1', 'member2', 'member3']
const directory = mkdtempSync(join(tmpdir(), 'flotilla-'))

const file = (name: string, ...objects: readonly object[]): string => {
  const path = join(directory, name)
  writeFileSync(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'))
  return path
}

const policyOf = (kind: string, name: string, spec: object) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind,
  metadata: { name },
  spec,
})

const configMap = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })
const selecting = (kind: string, name: string) => [{ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, name }]

/** Everything a server holds that a plan could have changed. Clusters are counted anew all the time. */
const everything = 'namespaces,configmaps,secrets,services,deployments,serviceaccounts,crds'
const ofControlPlane = `${everything},pp,cpp,op,cop,rb,crb,works`

describe('a plan', () => {
  let flotilla: Up
  let k: Kubectl
  const plan = (...args: readonly string[]) => run('plan', '--kubeconfig', flotilla.kubeconfig, ...args)
  const diff = (...args: readonly string[]) => run('diff', '--kubeconfig', flotilla.kubeconfig, ...args)
  const json = async (...args: readonly string[]): Promise<Json> =>
    JSON.parse((await plan(...args, '-o', 'json')).out) as Json

  const template = (found: Json, kind: string, name: string) =>
    found.templates.find((each: Json) => each.template.kind === kind && each.template.name === name)

  /** What is planned of a template: in each cluster the replicas, and what is done. */
  const placements = (found: Json, kind: string, name: string) =>
    template(found, kind, name).placements.map(({ cluster, to, verdict }: Json) => [cluster, to, verdict.act])

  async function versions(): Promise<readonly string[]> {
    const contexts = [['flotilla', ofControlPlane], ...members.map((member) => [member, everything])] as const
    const lines = contexts.map(async ([context, kinds]) => {
      const path =
        '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}'
      const out = await k('--context', context, 'get', kinds, '-A', '-o', `jsonpath=${path}`)
      return out.split('\n').map((line) => `${context} ${line}`)
    })
    return (await Promise.all(lines)).flat().sort()
  }

  /** Plans without anything being written anywhere. */
  async function untouched<T>(look: () => Promise<T>): Promise<T> {
    const earlier = await eventually(async () => {
      const [first, second] = [await versions(), await versions()]
      assert.deepEqual(second, first) // what went before has come to rest
      return second
    })
    const found = await look()
    assert.deepEqual(await versions(), earlier)
    return found
  }

  const inMember = async (member: string, kind: string, name: string): Promise<Json> =>
    k.json('--context', member, kind, name)

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const out = await k('get', 'clusters', '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}')
      assert.equal(out, 'True True True')
    })
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('says what happens when its files are applied', async () => {
    const found = await untouched(() => json('-f', 'docs/samples/web'))
    assert.deepEqual(placements(found, 'Deployment', 'web'), [
      ['member1', 1, 'create'],
      ['member2', 2, 'create'],
      ['member3', 3, 'create'],
    ])
    assert.equal(template(found, 'Deployment', 'web').policy, 'default/web')
    assert.deepEqual(
      template(found, 'Deployment', 'web').placements.map((each: Json) => each.overrides),
      [[], ['web'], ['web']],
    )
    await k('apply', '-f', 'docs/samples/web')
    for (const { cluster, to, verdict } of template(found, 'Deployment', 'web').placements) {
      const web = await eventually(() => inMember(cluster, 'deployment', 'web'))
      const planned = verdict.differences[0].desired
      assert.equal(web.spec.replicas, to)
      assert.deepEqual(web.spec, planned.spec)
      assert.deepEqual(web.metadata.labels.track, planned.metadata.labels.track)
    }
    await eventually(async () => assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 6))
  })

  test('of what is applied already is that nothing changes', async () => {
    const found = await json('-f', 'docs/samples/web')
    const acts = found.templates.flatMap((each: Json) => each.placements.map(({ verdict }: Json) => verdict.act))
    assert.deepEqual(acts, Array(9).fill('none'))
    assert.deepEqual([...new Set(found.applied.map(({ result }: Json) => result))], ['unchanged'])
  })

  test('of a change shows what differs in each cluster', async () => {
    const web = await k.json('deployment', 'web')
    const [container] = web.spec.template.spec.containers
    const changed = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 12,
        selector: web.spec.selector,
        template: {
          metadata: web.spec.template.metadata,
          spec: { containers: [{ ...container, image: 'registry.example.com/shop/web:1.5.0' }] },
        },
      },
    }
    const { code, out } = await untouched(() => plan('-f', file('scaled.json', changed)))
    assert.equal(code, 0)
    assert.match(out, /Deployment default\/web +member2 +2 → 4 +default\/web +web +update/)
    assert.match(out, /in member2 \(update\)\n {2}spec\.replicas\n- 2\n\+ 4\n/)
    assert.match(
      out,
      / {2}spec\.template\.spec\.containers\[name=web\]\.image\n- "registry\.member2\.example\.com\/shop\/web:1\.4\.2"\n\+ "registry\.member2\.example\.com\/shop\/web:1\.5\.0"/,
    )
    assert.doesNotMatch(out, /karmada\.io/) // what is noted on objects to find them again is nobody's business
    await k('apply', '-f', file('scaled.json', changed))
    await eventually(async () => {
      const there = await Promise.all(members.map((member) => inMember(member, 'deployment', 'web')))
      assert.deepEqual(
        there.map(({ spec }) => [spec.replicas, spec.template.spec.containers[0].image]),
        [
          [2, 'registry.example.com/shop/web:1.5.0'],
          [4, 'registry.member2.example.com/shop/web:1.5.0'],
          [6, 'registry.example.com/shop/web:1.5.0'],
        ],
      )
    })
  })

  test('of a policy is about all it claims, and lets go', async () => {
    const narrower = policyOf('PropagationPolicy', 'web-everywhere', {
      resourceSelectors: selecting('ConfigMap', 'web'),
      placement: { clusterAffinity: { clusterNames: ['member1', 'member3'] } },
    })
    const found = await untouched(() => json('-f', file('narrower.json', narrower)))
    assert.deepEqual(placements(found, 'ConfigMap', 'web'), [
      ['member1', undefined, 'none'],
      ['member2', undefined, 'delete'],
      ['member3', undefined, 'none'],
    ])
    assert.equal(template(found, 'ConfigMap', 'web').policy, 'default/web-everywhere')
    assert.equal(template(found, 'Service', 'web').policy, undefined)
    assert.equal(template(found, 'Deployment', 'web'), undefined)
  })

  test('of a cluster-wide policy finds the templates of other namespaces', async () => {
    await k('apply', '-f', file('shop.json', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }))
    await k('apply', '-n', 'shop', '-f', file('cart.json', configMap('cart', { size: '3' })))
    const wide = policyOf('ClusterPropagationPolicy', 'carts', {
      resourceSelectors: selecting('ConfigMap', 'cart'),
      placement: { clusterAffinity: { clusterNames: ['member2'] } },
    })
    const found = await json('-f', file('wide.json', wide))
    assert.deepEqual(placements(found, 'ConfigMap', 'cart'), [['member2', undefined, 'create']])
  })

  test('takes dependencies along', async () => {
    const app = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'needy' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'needy' } },
        template: {
          metadata: { labels: { app: 'needy' } },
          spec: { containers: [{ name: 'a', image: 'a:1', envFrom: [{ configMapRef: { name: 'needed' } }] }] },
        },
      },
    }
    const policy = policyOf('PropagationPolicy', 'needy', {
      resourceSelectors: selecting('Deployment', 'needy'),
      propagateDeps: true,
      placement: { clusterAffinity: { clusterNames: ['member3'] } },
    })
    await k('apply', '-f', file('needed.json', configMap('needed', { a: 'b' })))
    const found = await json('-f', file('needy.json', app, policy))
    assert.deepEqual(placements(found, 'Deployment', 'needy'), [['member3', 2, 'create']])
    assert.deepEqual(placements(found, 'ConfigMap', 'needed'), [['member3', 2, 'create']])
    assert.deepEqual(template(found, 'ConfigMap', 'needed').requiredBy, ['default/needy-deployment'])
  })

  test('of a template nobody selects says so', async () => {
    const { code, out } = await plan('-f', file('lonely.json', configMap('lonely', {})))
    assert.equal(code, 0)
    assert.match(out, /ConfigMap default\/lonely +<none> +<none> +<none> +<none> +none/)
    assert.match(out, /^ConfigMap default\/lonely: no policy selects it$/m)
  })

  test('of a policy that waits says for what', async () => {
    const waiting = policyOf('PropagationPolicy', 'waiting', {
      resourceSelectors: selecting('ConfigMap', 'lonely'),
      dependentOverrides: ['not-there'],
    })
    const { out } = await plan('-f', file('waiting.json', waiting, configMap('lonely', {})))
    assert.match(out, /ConfigMap default\/lonely: .*waits for dependent overrides not-there/)
  })

  test('of clusters that do not fit says why', async () => {
    const nowhere = policyOf('PropagationPolicy', 'nowhere', {
      resourceSelectors: selecting('ConfigMap', 'lonely'),
      placement: { clusterAffinity: { clusterNames: ['atlantis'] } },
    })
    const { out } = await plan('-f', file('nowhere.json', nowhere, configMap('lonely', {})))
    assert.match(out, /ConfigMap default\/lonely: 0\/3 clusters are available: .*atlantis/)
  })

  test('of an override that points nowhere names cluster, policy and path', async () => {
    const bad = policyOf('OverridePolicy', 'bad', {
      resourceSelectors: selecting('Deployment', 'web'),
      overrideRules: [
        {
          targetCluster: { clusterNames: ['member2'] },
          overriders: { plaintext: [{ path: '/spec/nothing/here', operator: 'replace', value: 1 }] },
        },
      ],
    })
    const found = await untouched(() => json('-f', file('bad.json', bad)))
    assert.deepEqual(placements(found, 'Deployment', 'web'), [
      ['member1', 2, 'none'],
      ['member2', 4, 'refused'],
      ['member3', 6, 'none'],
    ])
    const { reason } = template(found, 'Deployment', 'web').placements[1].verdict
    assert.match(
      reason,
      /OverridePolicy default\/bad cannot be applied to Deployment default\/web for cluster member2: \/spec\/nothing\/here/,
    )
  })

  test('of what the control plane would refuse fails, with the path, and tells the rest', async () => {
    const upsideDown = policyOf('PropagationPolicy', 'upside-down', {
      resourceSelectors: selecting('ConfigMap', 'lonely'),
      placement: { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 3, maxGroups: 2 }] },
    })
    const { code, out, err } = await untouched(() =>
      plan('-f', file('refused.json', upsideDown, { ...configMap('lonely', {}), dta: {} }, configMap('alone', {}))),
    )
    assert.equal(code, 1)
    assert.match(
      err,
      /refused\.json: PropagationPolicy default\/upside-down would be refused: .*spreadConstraints\[0\]/,
    )
    assert.match(err, /ConfigMap default\/lonely would be refused: .*\.dta: field not declared/)
    assert.match(err, /2 of 3 objects would be refused/)
    assert.match(out, /ConfigMap default\/alone: no policy selects it/)
  })

  test('brings a new namespace to every cluster, and what is in it after it', async () => {
    const market = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'market' } }
    const stall = { ...configMap('stall', { a: 'b' }), metadata: { name: 'stall', namespace: 'market' } }
    const policy = policyOf('ClusterPropagationPolicy', 'stalls', {
      resourceSelectors: selecting('ConfigMap', 'stall'),
      placement: { clusterAffinity: { clusterNames: ['member2'] } },
    })
    const found = await json('-f', file('market.json', stall, policy, market))
    assert.deepEqual(
      placements(found, 'Namespace', 'market'),
      members.map((member) => [member, undefined, 'create']),
    )
    assert.deepEqual(placements(found, 'ConfigMap', 'stall'), [['member2', undefined, 'create']])
  })

  test('of a definition and an instance of it says that no cluster has the kind yet', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'boats.example.com' },
      spec: {
        group: 'example.com',
        names: { kind: 'Boat', plural: 'boats' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    }
    const boat = { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'argo' } }
    const policy = policyOf('PropagationPolicy', 'boats', {
      resourceSelectors: [{ apiVersion: 'example.com/v1', kind: 'Boat' }],
      placement: { clusterAffinity: { clusterNames: ['member1'] } },
    })
    const found = await json('-f', file('boats.json', boat, policy, definition))
    assert.deepEqual(placements(found, 'Boat', 'argo'), [])
    assert.match(template(found, 'Boat', 'argo').reasons[0], /0\/3 clusters are available: .*API/)
    assert.deepEqual(template(found, 'CustomResourceDefinition', 'boats.example.com').reasons, ['no policy selects it'])
  })

  test('of an object that belongs to somebody else says that it is left alone', async () => {
    await k('--context', 'member1', 'apply', '-f', file('theirs.json', configMap('theirs', { a: 'theirs' })))
    const policy = policyOf('PropagationPolicy', 'theirs', {
      resourceSelectors: selecting('ConfigMap', 'theirs'),
      placement: { clusterAffinity: { clusterNames: ['member1', 'member2'] } },
    })
    const found = await json('-f', file('ours.json', configMap('theirs', { a: 'ours' }), policy))
    assert.deepEqual(placements(found, 'ConfigMap', 'theirs'), [
      ['member1', undefined, 'refused'],
      ['member2', undefined, 'create'],
    ])
    assert.match(template(found, 'ConfigMap', 'theirs').placements[0].verdict.reason, /not managed by Flotilla/)
  })

  test('shows nothing of what secrets hold', async () => {
    const secret = (value: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hidden' },
      data: { password: Buffer.from(value).toString('base64') },
    })
    const policy = policyOf('PropagationPolicy', 'hidden', {
      resourceSelectors: selecting('Secret', 'hidden'),
      placement: { clusterAffinity: { clusterNames: ['member1'] } },
    })
    const created = await plan('-f', file('hidden.json', secret('one'), policy), '-o', 'yaml')
    assert.match(created.out, /password: "\*\*\*"/)
    assert.doesNotMatch(created.out, new RegExp(btoa('one')))
    await k('apply', '-f', file('hidden.json', secret('one'), policy))
    await eventually(() => inMember('member1', 'secret', 'hidden'))
    const changed = await plan('-f', file('hidden.json', secret('two')))
    assert.match(changed.out, /data\.password\n- "\*\*\* \(before\)"\n\+ "\*\*\* \(after\)"/)
    assert.doesNotMatch(changed.out, new RegExp(`${btoa('one')}|${btoa('two')}`))
  })

  test('reads standard input, lists, and puts objects into a namespace', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [configMap('one', {}), configMap('two', {})] }
    const { out } = await plan('-f', file('list.json', list), '-n', 'shop', '--no-diff')
    assert.match(out, /ConfigMap shop\/one/)
    assert.match(out, /ConfigMap shop\/two/)
  })

  test('of a cluster that cannot be reached says so, and of the others what happens', async () => {
    const lost = {
      apiVersion: 'cluster.karmada.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name: 'member1' },
      spec: { syncMode: 'Push', apiEndpoint: 'https://127.0.0.1:1' },
    }
    const { spec } = await k.json('cluster', 'member1')
    await k('patch', 'cluster', 'member1', '--type=merge', '-p', JSON.stringify({ spec: lost.spec }))
    const changed = file('greeting.json', configMap('web', { greeting: 'hullo' }))
    const found = await json('-f', changed)
    assert.deepEqual(placements(found, 'ConfigMap', 'web'), [
      ['member1', undefined, 'unknown'],
      ['member2', undefined, 'update'],
      ['member3', undefined, 'update'],
    ])
    const [first] = template(found, 'ConfigMap', 'web').placements
    assert.match(first.verdict.reason, /member1/)
    assert.equal(first.verdict.differences[0].path, 'data.greeting') // against what was last sent there
    await k(
      'patch',
      'cluster',
      'member1',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { apiEndpoint: spec.apiEndpoint } }),
    )
  })

  test('and a diff shows what drifted while nobody may put it right', async () => {
    await eventually(async () => {
      const { code, out } = await diff()
      assert.equal(code, 0)
      assert.match(out, /^nothing differs in \d+ objects$/m)
    })
    await k('patch', 'pp', 'web', '--type=merge', '-p', '{"spec":{"suspension":{"dispatching":true}}}')
    await eventually(async () => {
      const works = await k.json('works', '-A')
      const ofWeb = works.items.filter((work: Json) => work.spec.workload.manifests[0].kind === 'Deployment')
      assert.ok(ofWeb.every((work: Json) => work.spec.suspendDispatching))
    })
    await k('--context', 'member2', 'set', 'image', 'deployment/web', 'web=intruder:1')
    await k('--context', 'member3', 'delete', 'deployment', 'web', '--wait=false')
    await eventually(async () => {
      assert.equal((await k.run(['--context', 'member3', 'get', 'deployment', 'web'])).code, 1)
    })
    const { code, out } = await untouched(() => diff())
    assert.equal(code, 0)
    assert.match(out, /Deployment default\/web +member2 +differs +1 +yes/)
    assert.match(out, /Deployment default\/web +member3 +missing +<none> +yes/)
    assert.match(
      out,
      /containers\[name=web\]\.image\n- "intruder:1"\n\+ "registry\.member2\.example\.com\/shop\/web:1\.5\.0"/,
    )

    const web = await k.json('deployment', 'web')
    const { apiVersion, kind, spec } = web
    const bigger = { apiVersion, kind, metadata: { name: 'web' }, spec: { ...spec, replicas: 18 } }
    const planned = await json('-f', file('bigger.json', bigger))
    assert.deepEqual(placements(planned, 'Deployment', 'web'), [
      ['member1', 3, 'suspended'],
      ['member2', 6, 'suspended'],
      ['member3', 9, 'suspended'],
    ])

    const one = JSON.parse((await diff('deploy/web', '--cluster', 'member2', '-o', 'json')).out) as Json
    assert.deepEqual(
      one.drifts.map(({ cluster, state }: Json) => [cluster, state]),
      [['member2', 'differs']],
    )
    assert.match((await diff('configmap', 'web')).out, /nothing differs in 3 objects/)
    assert.match((await diff('nonsense')).err, /no resource type "nonsense"/)
  })
})

describe('a plan for a cluster that joined', () => {
  let control: Up
  let paris: Up
  before(async () => {
    control = await up({ members: 0 })
    paris = await up({ members: 1 })
  })
  after(() => Promise.all([control.stop(), paris.stop()]))

  test('asks it with its own credentials, and says when it is away', async () => {
    const k = kubectl(control.kubeconfig)
    const flags = ['--kubeconfig', control.kubeconfig]
    const member = ['--cluster-kubeconfig', paris.kubeconfig, '--cluster-context', 'member1']
    assert.equal((await run('join', 'paris', ...flags, ...member)).code, 0)
    await k('wait', 'cluster', 'paris', '--for=condition=Ready', '--timeout=60s')
    const policy = policyOf('PropagationPolicy', 'web', {
      resourceSelectors: selecting('ConfigMap', 'web'),
      placement: {},
    })
    const files = file('joined.json', configMap('web', { a: 'b' }), policy)
    assert.match(
      (await run('plan', '-f', files, ...flags)).out,
      /ConfigMap default\/web +paris +<none> +default\/web +<none> +create/,
    )
    await k('apply', '-f', files)
    await eventually(async () => assert.match((await run('diff', ...flags)).out, /nothing differs in 1 objects/))
    await paris.stop()
    const away = await run('diff', ...flags)
    assert.equal(away.code, 0)
    assert.match(away.out, /ConfigMap default\/web +paris +unknown/)
    assert.match(away.out, /ConfigMap default\/web in paris: .* did not answer: .*ECONNREFUSED/)
  })
})
