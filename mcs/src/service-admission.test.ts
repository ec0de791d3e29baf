import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  admit,
  type MultiClusterService,
  type MultiClusterServiceSpec,
  multiClusterServiceKind,
  Registry,
  withLabel,
} from '@flotilla/sdk'
import { examineCauses, examineMutate, fakeHost } from '@flotilla/sdk/testing'
import { serviceAdmission, serviceIdLabel } from './service-admission.ts'

const of = (spec: Partial<MultiClusterServiceSpec>, name = 'web', status?: object): MultiClusterService => ({
  apiVersion: multiClusterServiceKind.apiVersion,
  kind: multiClusterServiceKind.kind,
  metadata: { name, namespace: 'shop' },
  spec: { types: ['CrossCluster'], ...spec },
  ...(status && { status }),
})

const marked = withLabel(of({}), serviceIdLabel, 'mine')

examineMutate(serviceAdmission, {
  'it keeps the id it has': { given: { manifest: marked } },
  'an update that leaves the id out keeps it': { given: { manifest: of({}), before: marked }, becomes: marked },
})

test('a new one is given an id', async () => {
  const registry = new Registry()
  for (const each of serviceAdmission.extensions?.(fakeHost()) ?? []) registry.add(each)
  const asked = { operation: 'CREATE', key: { name: 'web' }, manifest: of({}), user: 'me', dryRun: false } as const
  const { metadata } = await registry.ask(admit.mutate, asked)
  assert.match(metadata.labels?.[serviceIdLabel] ?? '', /^[0-9a-f-]{36}$/)
})

const saying = (spec: Partial<MultiClusterServiceSpec>, ...causes: readonly string[]) => ({
  given: { manifest: of(spec) },
  causes: causes.map((cause) => `spec.${cause}`),
})

/** A field may hold what the type forbids, as users write it. */
const anything = <T>(value: unknown): T => value as T

const label = `must start and end with a lower case letter or digit, and have only those and '-' between, such as "web-1"`

examineCauses(serviceAdmission, {
  'a good service': saying({
    types: ['LoadBalancer'],
    ports: [{ port: 80 }, { name: 'metrics', port: 65_535 }],
    providerClusters: [{ name: 'member1' }],
    consumerClusters: [{ name: 'member2' }],
  }),
  'a name no Service can have': {
    given: { manifest: of({}, '1web') },
    causes: [
      `metadata.name: Invalid value: "1web": must start with a lower case letter, end with one or a digit, and have only those and '-' between, such as "web"`,
    ],
  },
  'no type': saying({ types: [] }, 'types: Required value'),
  'a type there is not': saying(
    anything({ types: ['NodePort'] }),
    'types[0]: Unsupported value: "NodePort": supported values: "CrossCluster", "LoadBalancer"',
  ),
  'two types': saying(
    { types: ['CrossCluster', 'LoadBalancer'] },
    'types: Invalid value: ["CrossCluster","LoadBalancer"]: must be one type; make a MultiClusterService for each',
  ),
  'the type is another': {
    given: { manifest: of({ types: ['LoadBalancer'] }), before: of({}) },
    causes: ['spec.types: Invalid value: ["LoadBalancer"]: field is immutable'],
  },
  'ports that are none': saying(
    {
      ports: [
        { name: 'a', port: 0 },
        { name: 'a', port: 65_536 },
        { name: 'A', port: 1 },
      ],
    },
    'ports[0].port: Invalid value: 0: must be 1 to 65535',
    'ports[1].port: Invalid value: 65536: must be 1 to 65535',
    `ports[2].name: Invalid value: "A": ${label}`,
    'ports[1].name: Duplicate value: "a"',
  ),
  'clusters that cannot be': saying(
    { providerClusters: [{ name: '' }], consumerClusters: [{ name: 'Member1' }] },
    'providerClusters[0].name: Required value',
    `consumerClusters[0].name: Invalid value: "Member1": ${label}`,
  ),
  'where it is reached, once it is': {
    given: {
      before: of({}),
      manifest: of({}, 'web', { loadBalancer: { ingress: [{ ip: 'a.b' }, { hostname: '10.0.0.1' }, { ip: '::1' }] } }),
    },
    causes: [
      'status.loadBalancer.ingress[0].ip: Invalid value: "a.b": must be an IP address',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "10.0.0.1": must be a name; an address is an ip',
    ],
  },
})
