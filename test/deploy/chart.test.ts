import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { settings } from '@flotilla/core'
import { parse } from 'yaml'
import { flotilla } from '../flotilla.ts'
import type { Json } from '../kubectl.ts'
import { root } from '../root.ts'
import { chart, manifestsIn, rendered, without } from './helm.ts'
import { file, manifests as plain } from './manifests.ts'

const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Json
const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Json

const one = (manifests: readonly Json[], kind: string): Json => {
  const found = manifests.filter((each) => each.kind === kind)
  assert.equal(found.length, 1, `${found.length} of kind ${kind}`)
  return found[0]
}

const podOf = (manifests: readonly Json[]): Json => one(manifests, 'Deployment').spec.template.spec

/** What rules grant, each right once: it may be needed in two namespaces. */
function rightsOf(rules: readonly Json[]): readonly string[] {
  const rights = rules.flatMap(({ apiGroups, resources, verbs, resourceNames = ['*'] }: Json) =>
    apiGroups.flatMap((group: string) =>
      resources.flatMap((resource: string) =>
        verbs.map((verb: string) => `${verb} ${resource}.${group} ${resourceNames}`),
      ),
    ),
  )
  return [...new Set(rights)].sort()
}

/** The paths of a value's fields; what may have any field is one. */
function paths(fields: Json, of: Json, at = ''): readonly string[] {
  return Object.entries<Json>(fields).flatMap(([name, field]) => {
    const path = `${at}${name}`
    const inner = of(field)
    return inner ? paths(inner, of, `${path}.`) : [path]
  })
}

test('every value has a default and a schema', () => {
  const { global: _, ...described } = schema.properties
  const inSchema = paths(described, (field: Json) =>
    field.properties && Object.keys(field.properties).length > 0 && field !== described.config
      ? field.properties
      : undefined,
  )
  const isPart = new Set(
    inSchema.flatMap((path) =>
      path
        .split('.')
        .slice(0, -1)
        .map((_, i, all) => all.slice(0, i + 1).join('.')),
    ),
  )
  const inValues = (fields: Json, at = ''): readonly string[] =>
    Object.entries<Json>(fields).flatMap(([name, field]) =>
      isPart.has(`${at}${name}`) ? inValues(field, `${at}${name}.`) : [`${at}${name}`],
    )
  assert.deepEqual(inValues(values).toSorted(), inSchema.toSorted())
})

test('the config of the chart is that of the control plane', () => {
  assert.deepEqual(Object.keys(schema.properties.config.properties).toSorted(), Object.keys(settings).toSorted())
})

test('what the page names can be set', () => {
  const page = readFileSync(join(root, 'docs/deploying.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, row = '']) => {
    const [first = '', ...others] = [...row.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
    return [first, ...others.map((path) => (path.startsWith('.') ? first.replace(/\.\w+$/, path) : path))]
  })
  const set = [...page.matchAll(/--set (\S+?)=/g)].map(([, path = '']) => path)
  assert.ok(rows.length > 10 && set.length > 2)
  for (const path of [...rows, ...set]) {
    const value = path.split('.').reduce((at: Json, name) => at?.[name], values)
    assert.notEqual(value, undefined, path)
  }
})

describe('the chart', { skip: without }, () => {
  test('renders what it takes by default', async () => {
    const manifests = manifestsIn(await rendered())
    assert.deepEqual(manifests.map(({ kind }) => kind).toSorted(), [
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Role',
      'RoleBinding',
      'Service',
      'Service',
      'ServiceAccount',
    ])
    assert.equal(one(manifests, 'Deployment').spec.replicas, 2)
    assert.ok(podOf(manifests).containers[0].args.includes('--webhook-service=karmada-system/flotilla:443'))
  })

  test('its pods may be next to those that trust nobody', async () => {
    const { securityContext, containers, automountServiceAccountToken } = podOf(manifestsIn(await rendered()))
    assert.equal(automountServiceAccountToken, true)
    assert.equal(securityContext.runAsNonRoot, true)
    assert.ok(securityContext.runAsUser > 0)
    assert.deepEqual(securityContext.seccompProfile, { type: 'RuntimeDefault' })
    assert.deepEqual(containers[0].securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('may not look into pods, make tokens, or give rights away', async () => {
    const rules: readonly Json[] = manifestsIn(await rendered())
      .filter(({ kind }) => /Role$/.test(kind))
      .flatMap((role) => role.rules)
    const anywhere = rules.filter(({ resources }) => resources.includes('*') && resources.length === 1)
    const [templates] = anywhere.filter(({ apiGroups }) => apiGroups.includes('*'))
    assert.deepEqual(templates.verbs, ['list', 'watch', 'update', 'patch'])
    const verbs = new Set(rules.flatMap((rule) => rule.verbs))
    for (const verb of ['*', 'escalate', 'bind', 'impersonate', 'deletecollection']) assert.ok(!verbs.has(verb), verb)
  })

  test('may do what flotilla serve asks for, and nothing else', async () => {
    const rules = manifestsIn(await rendered())
      .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
      .flatMap((role) => role.rules)
    const { out } = await flotilla('serve', '--print-cluster-roles')
    const asked = manifestsIn(out).find(({ metadata }) => metadata.name === 'flotilla')
    assert.deepEqual(rightsOf(rules), rightsOf(asked.rules))
  })

  test('may do what flotilla serve asks for when it serves clusters itself, and is told to', async () => {
    const manifests = manifestsIn(await rendered({ clusterApi: 'aggregated' }))
    const rules = manifests
      .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
      .flatMap((role) => role.rules)
    const { out } = await flotilla('serve', '--print-cluster-roles', '--cluster-api', 'aggregated')
    const asked = manifestsIn(out).find(({ metadata }) => metadata.name === 'flotilla')
    assert.deepEqual(rightsOf(rules), rightsOf(asked.rules))
    assert.ok(podOf(manifests).containers[0].args.includes('--cluster-api=aggregated'))
  })

  test('may let nobody in when pull mode is off', async () => {
    const manifests = manifestsIn(await rendered({ config: { pullMode: false } }))
    const { rules } = one(manifests, 'ClusterRole')
    assert.deepEqual(rightsOf(rules).filter((right) => /certificates|rbac|leases|clusters\.cluster/.test(right)), ['get clusters.cluster.karmada.io *']) // biome-ignore format: one assertion
  })

  test('has its pods start anew when its config changes', async () => {
    const sum = async (config: object) =>
      one(manifestsIn(await rendered({ config })), 'Deployment').spec.template.metadata.annotations['checksum/config']
    assert.notEqual(await sum({ logLevel: 'debug' }), await sum({ logLevel: 'info' }))
    const { data } = one(manifestsIn(await rendered({ config: { logLevel: 'debug' } })), 'ConfigMap')
    assert.deepEqual(parse(data['config.yaml']), { logLevel: 'debug' })
  })

  test('runs over another API server with a kubeconfig, and then has no rights here', async () => {
    const manifests = manifestsIn(
      await rendered({ controlPlane: { kubeconfigSecret: { name: 'host', key: 'config' }, context: 'admin' } }),
    )
    assert.deepEqual(
      manifests.filter(({ kind }) => /Role/.test(kind)),
      [],
    )
    const pod = podOf(manifests)
    assert.equal(pod.automountServiceAccountToken, false)
    const { args, volumeMounts } = pod.containers[0]
    for (const arg of [
      '--webhook-url=https://flotilla.karmada-system.svc:443',
      '--kubeconfig=/etc/flotilla-control-plane/kubeconfig',
      '--context=admin',
    ])
      assert.ok(args.includes(arg), arg)
    assert.ok(volumeMounts.some(({ mountPath }: Json) => mountPath === '/etc/flotilla-control-plane'))
    assert.deepEqual(pod.volumes.find(({ name }: Json) => name === 'control-plane').secret, {
      secretName: 'host',
      items: [{ key: 'config', path: 'kubeconfig' }],
    })
  })

  test('gives each option its place', async () => {
    const manifests = manifestsIn(await rendered(everything))
    const { spec, metadata } = one(manifests, 'Deployment')
    assert.equal(metadata.name, 'fleet')
    assert.equal(metadata.labels.team, 'platform')
    const pod = spec.template.spec
    const [container] = pod.containers
    assert.equal(container.image, `registry.example.com/flotilla@sha256:${'a'.repeat(64)}`)
    assert.ok(container.args.includes('--webhook-url=https://hooks.example.com'))
    assert.ok(container.args.includes('--webhook-bind-address=:::1443'))
    assert.equal(container.args.at(-1), '--no-leader-elect')
    assert.deepEqual(container.env, everything.env)
    assert.equal(pod.serviceAccountName, 'fleet-account')
    for (const key of [
      'imagePullSecrets',
      'tolerations',
      'affinity',
      'nodeSelector',
      'topologySpreadConstraints',
      'priorityClassName',
    ] as const)
      assert.deepEqual(pod[key], everything[key], key)
    assert.deepEqual(spec.template.metadata.annotations.hello, 'world')
    assert.equal(spec.template.metadata.labels.hello, 'world')
    assert.ok(container.volumeMounts.some(({ mountPath }: Json) => mountPath === '/modules'))
    assert.ok(pod.volumes.some(({ name }: Json) => name === 'modules'))
    assert.equal(container.lifecycle.preStop.sleep.seconds, 9)
    const policy = one(manifests, 'NetworkPolicy').spec
    assert.deepEqual(policy.policyTypes, ['Ingress', 'Egress'])
    assert.deepEqual(policy.egress, everything.networkPolicy.egress)
    assert.deepEqual(policy.ingress[1].from, everything.networkPolicy.metricsFrom)
    assert.equal(one(manifests, 'PodDisruptionBudget').spec.maxUnavailable, '50%')
    assert.equal(one(manifests, 'ServiceMonitor').spec.endpoints[0].interval, '10s')
    assert.deepEqual(
      manifests.filter(({ kind }) => kind === 'ServiceAccount'),
      [],
    )
  })

  test('has replicas share the work when there are shards', async () => {
    const argsOf = async (values: object) =>
      one(manifestsIn(await rendered(values)), 'Deployment').spec.template.spec.containers[0].args
    const isOfLeases = (arg: string) => /^--(shards|lease-duration)=/.test(arg)
    assert.deepEqual((await argsOf({})).filter(isOfLeases), [])
    const args = await argsOf({ shards: 8, leaseDuration: '30s' })
    assert.deepEqual(args.filter(isOfLeases), ['--shards=8', '--lease-duration=30s'])
  })

  test('leaves out what is not wanted', async () => {
    const off = { enabled: false }
    const manifests = manifestsIn(
      await rendered({ rbac: { create: false }, podDisruptionBudget: off, networkPolicy: off }),
    )
    assert.deepEqual(manifests.map(({ kind }) => kind).toSorted(), [
      'ConfigMap',
      'Deployment',
      'Service',
      'Service',
      'ServiceAccount',
    ])
  })

  for (const [what, wrong, where] of [
    ['a number that is none', { replicas: 'two' }, '/replicas'],
    ['no shard at all', { shards: 0 }, '/shards'],
    ['a value nobody knows', { replica: 2 }, "'replica'"],
    ['a setting nobody knows', { config: { logLevl: 'debug' } }, "'logLevl'"],
    ['a digest that is none', { image: { digest: 'latest' } }, '/image/digest'],
    ['webhooks without TLS', { webhooks: { url: 'http://hooks.example.com' } }, '/webhooks/url'],
    ['a port beyond all ports', { metrics: { port: 70_000 } }, '/metrics/port'],
    ['an end too soon for the last answers', { terminationGracePeriodSeconds: 5 }, '/terminationGracePeriodSeconds'],
  ] as const)
    test(`refuses ${what}`, async () => {
      await assert.rejects(rendered(wrong), (error: { stderr: string }) => {
        assert.ok(error.stderr.includes(where), error.stderr)
        return true
      })
    })

  test('is what the plain manifests are made of', async () => {
    assert.equal(
      readFileSync(file, 'utf8'),
      await plain(),
      'deploy/manifests are not current: node test/dist/deploy/write-manifests.js writes them',
    )
  })
})

const everything = {
  image: { repository: 'registry.example.com/flotilla', digest: `sha256:${'a'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  replicas: 3,
  fullnameOverride: 'fleet',
  commonLabels: { team: 'platform' },
  webhooks: { port: 1443, url: 'https://hooks.example.com' },
  bindHost: '::',
  metrics: { serviceMonitor: { enabled: true, interval: '10s', labels: { release: 'prometheus' } } },
  serviceAccount: { create: false, name: 'fleet-account' },
  podDisruptionBudget: { maxUnavailable: '50%' },
  networkPolicy: {
    metricsFrom: [{ podSelector: { matchLabels: { app: 'prometheus' } } }],
    egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
  },
  env: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com' }],
  extraArgs: ['--no-leader-elect'],
  extraVolumes: [{ name: 'modules', configMap: { name: 'modules' } }],
  extraVolumeMounts: [{ name: 'modules', mountPath: '/modules' }],
  podAnnotations: { hello: 'world' },
  podLabels: { hello: 'world' },
  priorityClassName: 'system-cluster-critical',
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'infra', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
  ],
  drainSeconds: 9,
}
