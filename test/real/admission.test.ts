import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readAuthentication } from '@flotilla/apiserver'
import { startIssuer, type TestIssuer } from '../issuer.ts'
import { eventually, type Json, kubectl } from '../kubectl.ts'
import { Pair, type Step } from './answers.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { expressions, strangers } from './expressions.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

type Fields = Readonly<Record<string, unknown>>

const container = (name: string, securityContext?: Fields, more: Fields = {}): Fields => ({
  name,
  image: 'x',
  ...(securityContext && { securityContext }),
  ...more,
})

const plain = [container('c')]

const pod = (spec: Fields, metadata: Fields = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: plain, ...spec },
})

/** A Pod as it is kept, but for the name of its token's volume. */
const specOf = (body: Json): unknown => {
  const text = JSON.stringify(body?.spec) as string | undefined
  return text && JSON.parse(text.replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access'))
}

const own = { name: 'own', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }
const seconds = (key: string): Fields => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 7 })

/** Pods, by what is special about them. */
const pods: readonly (readonly [string, Fields])[] = [
  ['nothing', {}],
  ['beginnings', { initContainers: [container('i')], containers: [container('c'), container('d')] }],
  ['an account', { serviceAccountName: 'puller' }],
  ['an account, as it was said once', { serviceAccount: 'puller' }],
  ['secrets of its own', { serviceAccountName: 'puller', imagePullSecrets: [{ name: 'other' }] }],
  ['an account that there is not', { serviceAccountName: 'nobody' }],
  ['an account that wants no token', { serviceAccountName: 'quiet' }],
  ['a token all the same', { serviceAccountName: 'quiet', automountServiceAccountToken: true }],
  ['no token', { automountServiceAccountToken: false }],
  [
    'something else in its place',
    {
      volumes: [{ name: 'own', emptyDir: {} }],
      containers: [container('c', undefined, { volumeMounts: [own] }), container('d')],
    },
  ],
  [
    'something else everywhere',
    { volumes: [{ name: 'own', emptyDir: {} }], containers: [container('c', undefined, { volumeMounts: [own] })] },
  ],
  ['tolerance of everything', { tolerations: [{ operator: 'Exists' }] }],
  ['a patience of its own', { tolerations: [seconds('node.kubernetes.io/unreachable')] }],
  ['another tolerance', { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }] }],
  ['a class that there is not', { runtimeClassName: 'nope' }],
  ['a class', { runtimeClassName: 'sandbox', tolerations: [seconds('a')] }],
  ['its overhead', { runtimeClassName: 'sandbox', overhead: { memory: '128Mi' } }],
  ['another overhead', { runtimeClassName: 'sandbox', overhead: { memory: '1Mi' } }],
  ['an overhead without a class', { overhead: { memory: '1Mi' } }],
  ['another place', { runtimeClassName: 'sandbox', nodeSelector: { pool: 'other' } }],
]

const account = (name: string, more: Fields): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
  ...more,
})

const sandbox = {
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: 'sandbox' },
  handler: 'sandbox',
  overhead: { podFixed: { memory: '128Mi' } },
  scheduling: { nodeSelector: { pool: 'sandbox' }, tolerations: [{ key: 'sandbox', operator: 'Exists' }] },
}

const careful = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
const safe = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }
const bare = { type: 'Unconfined' }
const nfs = { nfs: { server: 'x', path: '/' } }
const hostProcess = { windowsOptions: { hostProcess: true } }
const ports = (...found: readonly number[]): Fields => ({
  ports: found.map((port) => ({ containerPort: port, hostPort: port })),
})

/** Pods that do not keep the standards, by what they do. */
const unsafe: readonly (readonly [string, Fields])[] = [
  ['nothing wrong', { securityContext: safe, containers: [container('c', careful)] }],
  ['nothing said', {}],
  ['nothing said of two', { containers: [container('c'), container('d')] }],
  ['namespaces of the host', { hostNetwork: true, hostPID: true, hostIPC: true }],
  ['no AppArmor', { securityContext: { appArmorProfile: bare } }],
  [
    'no AppArmor anywhere',
    {
      securityContext: { appArmorProfile: bare },
      containers: ['c', 'd'].map((name) => container(name, { appArmorProfile: bare })),
    },
  ],
  [
    'SELinux',
    {
      securityContext: { seLinuxOptions: { type: 'foo', user: 'u', role: 'r' } },
      containers: [
        container('c', { seLinuxOptions: { type: 'spc_t', user: 'v' } }),
        container('d', { seLinuxOptions: { type: 'a' } }),
      ],
    },
  ],
  ['SELinux of one', { containers: [container('c', { seLinuxOptions: { role: 'r' } })] }],
  ['SELinux of the Pod', { securityContext: { seLinuxOptions: { type: 'foo' } } }],
  ['SELinux as it should be', { securityContext: { seLinuxOptions: { type: 'container_t', level: 's0' } } }],
  [
    'no seccomp',
    {
      securityContext: { seccompProfile: bare },
      containers: [container('c', { seccompProfile: bare }), container('d')],
    },
  ],
  ['no seccomp of one', { securityContext: safe, containers: [container('c', { ...careful, seccompProfile: bare })] }],
  [
    'no seccomp but in containers',
    {
      securityContext: { ...safe, seccompProfile: bare },
      containers: [container('c', { ...careful, seccompProfile: { type: 'RuntimeDefault' } })],
    },
  ],
  [
    'settings of the kernel',
    {
      securityContext: {
        sysctls: ['net.ipv4.tcp_rmem', 'kernel.msgmax', 'b'].map((name) => ({ name, value: '1' })),
      },
    },
  ],
  ['all of /proc', { hostUsers: false, containers: [container('c', { procMount: 'Unmasked' })] }],
  [
    'processes of the host',
    {
      hostNetwork: true,
      os: { name: 'windows' },
      securityContext: hostProcess,
      containers: [container('c', hostProcess)],
    },
  ],
  ['Windows', { os: { name: 'windows' }, containers: [container('c', { runAsNonRoot: true })] }],
  [
    'capabilities',
    {
      containers: [
        container('c', { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } }),
        container('d', { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
      ],
    },
  ],
  [
    'volumes',
    {
      volumes: [
        { name: 'a', ...nfs },
        { name: 'b', hostPath: { path: '/' } },
        { name: 'e', emptyDir: {} },
        { name: 'n', ...nfs },
      ],
    },
  ],
  ['one volume', { volumes: [{ name: 'a', ...nfs }] }],
  [
    'root, it says',
    {
      securityContext: { runAsNonRoot: false },
      containers: [container('c'), container('d', { runAsNonRoot: false })],
    },
  ],
  [
    'root in one',
    {
      securityContext: { runAsNonRoot: true },
      containers: [container('c'), container('d', { runAsNonRoot: false })],
    },
  ],
  ['root, perhaps', { containers: [container('c', { runAsNonRoot: true }), container('d')] }],
  [
    'root nowhere but by default',
    { securityContext: { runAsNonRoot: false }, containers: [container('c', { runAsNonRoot: true })] },
  ],
  [
    'user 0',
    {
      securityContext: { runAsUser: 0 },
      containers: [container('c', { runAsUser: 0 }), container('d', { runAsUser: 1 })],
    },
  ],
  [
    'user 0 of its own',
    {
      hostUsers: false,
      securityContext: { runAsUser: 0, runAsNonRoot: false },
      containers: [container('c', { capabilities: { add: ['SYS_ADMIN'] } })],
    },
  ],
  [
    'ports of the host',
    { initContainers: [container('i', undefined, ports(1))], containers: [container('c', undefined, ports(90, 100))] },
  ],
  ['one port of the host', { containers: [container('c', undefined, ports(90))] }],
  [
    'other hosts',
    {
      containers: [
        container('c', undefined, {
          lifecycle: { preStop: { httpGet: { port: 1, host: 'b.example' } } },
          livenessProbe: { httpGet: { port: 1, host: 'a.example' } },
        }),
      ],
    },
  ],
  [
    'privileges',
    { containers: ['c', 'd'].map((name) => container(name, { privileged: true, allowPrivilegeEscalation: true })) },
  ],
]

const standards: Readonly<Record<string, Fields>> = {
  warning: { warn: 'restricted', 'warn-version': 'v1.20' },
  baseline: { enforce: 'baseline', warn: 'restricted', 'warn-version': 'v1.24' },
  restricted: { enforce: 'restricted' },
}

const labelled = (name: string, labels: Fields): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
    ),
  },
})

const applying = (expression: string): Fields => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
})
const patching = (expression: string): Fields => ({ patchType: 'JSONPatch', jsonPatch: { expression } })
const labels = (words: string): string => `Object{metadata: Object.metadata{labels: ${words}}}`

/** Policies that change objects, as they are written, and what is wrong with them. */
const wrongMutations: readonly (readonly [string, (matchConstraints: Fields) => Fields])[] = [
  ['nothing', () => ({})],
  ['no mutations', (matchConstraints) => ({ matchConstraints })],
  ['no rules', () => ({ matchConstraints: {}, mutations: [applying('Object{}')] })],
  [
    'an unknown way',
    (matchConstraints) => ({ matchConstraints, mutations: [{ ...applying('Object{}'), patchType: 'Foo' }] }),
  ],
  [
    'two ways at once',
    (matchConstraints) => ({ matchConstraints, mutations: [{ ...applying('Object{}'), ...patching('[]') }] }),
  ],
  [
    'half of it',
    (matchConstraints) => ({
      matchConstraints,
      mutations: [{ patchType: 'JSONPatch' }, { patchType: 'ApplyConfiguration' }, applying(''), patching('')],
    }),
  ],
  [
    'wrong types',
    (matchConstraints) => ({
      matchConstraints,
      mutations: [
        applying('1'),
        patching('1'),
        patching('["a"]'),
        applying('Object{foo: 1}'),
        applying('Object.foo{}'),
        applying('Foo{}'),
        patching('[JSONPatch{op: "add", foo: "x"}]'),
      ],
    }),
  ],
  [
    'no policy for what changes later',
    (matchConstraints) => ({
      matchConstraints,
      mutations: [applying('Object{}')],
      reinvocationPolicy: '',
      failurePolicy: 'X',
    }),
  ],
  [
    'a wrong one',
    (matchConstraints) => ({ matchConstraints, mutations: [applying('Object{}')], reinvocationPolicy: 'Foo' }),
  ],
  [
    'strangers',
    (matchConstraints) => ({
      matchConstraints,
      variables: [{ name: 'x', expression: 'zz' }],
      matchConditions: [{ name: '', expression: '' }],
      mutations: [applying(labels('Object.metadata.labels{a: variables.y}')), applying('Object{data: params.data}')],
    }),
  ],
  ['all there is to say', (matchConstraints) => ({ matchConstraints, mutations: [applying('Object{}')] })],
]

/** What policies do to `data: { a: c }`. */
const mutations: readonly (readonly [string, readonly Fields[], Fields?])[] = [
  ['a label', [applying(labels('{"x": "y"}'))]],
  ['a label as a field', [applying(labels('Object.metadata.labels{x: "y"}'))]],
  [
    'one step after the other',
    [applying('Object{data: {"b": object.data.a + "!"}}'), applying('Object{data: {"c": object.data.b + "!"}}')],
  ],
  [
    'a patch',
    [
      patching(
        '[JSONPatch{op: "test", path: "/data/a", value: "c"}, JSONPatch{op: "add", path: "/data/b", value: "1"}]',
      ),
    ],
  ],
  [
    'a test that fails',
    [
      patching(
        '[JSONPatch{op: "test", path: "/data/a", value: "z"}, JSONPatch{op: "add", path: "/data/b", value: "1"}]',
      ),
    ],
  ],
  ['a patch of an object', [patching('[JSONPatch{op: "add", path: "/metadata/annotations", value: {"q": "r"}}]')]],
  [
    'a key with a slash',
    [patching('[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("x.y/z"), value: "1"}]')],
  ],
  ['no value', [applying('Object{data: {"b": object.data.zz}}')]],
  ['a type elsewhere', [applying('Object{metadata: Object.foo{name: "x"}}')]],
  ['a field that there is not', [applying('Object{foo: "x"}')]],
  ['another boolean', [applying('Object{immutable: object.data.a == "c"}')]],
  [
    'what may be missing',
    [applying('Object{?immutable: optional.none(), data: {?"z": object.?data.a, ?"y": object.?data.q}}')],
  ],
  ['a right', [applying('Object{data: {"z": string(authorizer.group("").resource("pods").check("get").allowed())}}')]],
  ['a choice', [applying('object.data.a == "c" ? Object{data: {"z": "1"}} : Object{}')]],
  [
    'a variable',
    [applying('Object{data: {"z": variables.v}}')],
    { variables: [{ name: 'v', expression: 'object.data.a + "?"' }] },
  ],
  [
    'a condition that does not hold',
    [applying('Object{data: {"z": "1"}}')],
    { matchConditions: [{ name: 'n', expression: 'false' }] },
  ],
  [
    'a condition without a value',
    [applying('Object{data: {"z": "1"}}')],
    { matchConditions: [{ name: 'n', expression: 'object.zz.y' }] },
  ],
  ['a failure that is let pass', [applying('Object{data: {"b": object.data.zz}}')], { failurePolicy: 'Ignore' }],
]

/** What they do to Pods. */
const podMutations: readonly (readonly [string, string])[] = [
  ['a container', 'Object{spec: Object.spec{containers: [Object.spec.containers{name: "c", image: "y"}]}}'],
  [
    'one more container',
    'Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: "i", image: "y", restartPolicy: "Always"}]}}',
  ],
  [
    'each container',
    'Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, imagePullPolicy: "Always"})}}',
  ],
  [
    'a list that is whole',
    'Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: "a", operator: "Exists"}]}}',
  ],
  ['a selector', 'Object{spec: Object.spec{nodeSelector: {"a": "b"}}}'],
]

/** Whose tokens are believed, and what becomes of what they say. */
const configuration = ({ url, ca }: TestIssuer): object => ({
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'AuthenticationConfiguration',
  jwt: [
    {
      issuer: { url, audiences: ['flotilla', 'other'], audienceMatchPolicy: 'MatchAny', certificateAuthority: ca },
      claimValidationRules: [
        { claim: 'hd', requiredValue: 'example.com' },
        { expression: 'claims.sub != "joe"', message: 'not joe' },
      ],
      claimMappings: {
        username: { expression: '"oidc:" + claims.sub' },
        groups: { claim: 'groups', prefix: 'oidc:' },
        uid: { claim: 'id' },
        extra: [
          { key: 'example.com/teams', valueExpression: 'claims.?teams.orValue([])' },
          { key: 'example.com/where', valueExpression: 'claims.?where.orValue("")' },
        ],
      },
      userValidationRules: [{ expression: '!user.username.startsWith("oidc:system")', message: 'reserved' }],
    },
  ],
})

const jane = { sub: 'jane', hd: 'example.com', id: '7', groups: ['dev', 'ops'] }

/** What tokens say. */
const claims: readonly (readonly [string, Fields])[] = [
  ['all', { ...jane, teams: ['a', 'b'], where: 'here' }],
  ['one group', { ...jane, groups: 'dev' }],
  ['no groups', { sub: 'jane', hd: 'example.com', id: '7' }],
  ['another audience', { ...jane, aud: ['x', 'other'] }],
  ['a wrong audience', { ...jane, aud: 'x' }],
  ['another issuer', { ...jane, iss: 'https://nobody.example.com' }],
  ['too old', { ...jane, exp: 1_700_000_000 }],
  ['no subject', { ...jane, sub: undefined }],
  ['no id', { ...jane, id: undefined }],
  ['another domain', { ...jane, hd: 'x' }],
  ['no domain', { ...jane, hd: undefined }],
  ['somebody who may not', { ...jane, sub: 'joe' }],
  ['a reserved name', { ...jane, sub: 'system:x' }],
  ['strange groups', { ...jane, groups: { a: 'b' } }],
]

const text = { type: 'string' }
const number = { type: 'integer' }
const texts: Fields = { type: 'array', items: text }
const ruled = (schema: Fields, ...rules: readonly string[]): Fields => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => ({ rule })),
})
const fields = (properties: Fields, ...rules: readonly string[]): Fields =>
  rules.length > 0 ? ruled({ type: 'object', properties }, ...rules) : { type: 'object', properties }
const list = (items: Fields, more: Fields = {}): Fields => ({ type: 'array', items, ...more })
const values = (additionalProperties: Fields): Fields => ({ type: 'object', additionalProperties })
const path = { type: { ...text, enum: ['Exact', 'PathPrefix'] }, value: { ...text, maxLength: 1024 } }
const within = "(self.type in ['Exact','PathPrefix'])"

/** Rules, by what they may cost: some are refused for that. */
const costs: readonly (readonly [string, Fields])[] = [
  ['a text', fields({ a: text }, 'self.a == "x"')],
  ['a pattern', fields({ a: text }, 'self.a.matches("^a.*b$")')],
  ['a list', fields({ a: texts }, 'self.a.all(x, x != "")')],
  ['a list in a list', fields({ a: texts }, 'self.a.all(x, self.a.all(y, x != y || x == y))')],
  ['each of a list', fields({ a: list(fields({ b: text }, 'self.b.matches("^a")')) })],
  ['each of lists', fields({ a: list(fields({ b: list(ruled(number, 'self > 1')) })) })],
  ['texts in a list', fields({ a: list(ruled(text, 'self.size() > 1')) })],
  ['a text in a text', fields({ a: text, b: text }, 'self.a.contains(self.b)')],
  ['a map', fields({ a: values(text) }, 'self.a.all(k, self.a[k] != "")')],
  ['each of a map', fields({ a: values(fields({ q: number }, 'self.q > 3')) })],
  [
    'long texts in short lists',
    fields({ a: list(text, { maxItems: 10 }) }, 'self.a.all(x, self.a.all(y, self.a.all(z, x == y)))'),
  ],
  [
    'short texts in short lists',
    fields(
      { a: list({ ...text, maxLength: 63 }, { maxItems: 100 }) },
      'self.a.all(x, self.a.filter(y, y == x).size() == 1)',
    ),
  ],
  ['what was there', fields({ a: texts }, 'self.a.all(x, x in oldSelf.a)')],
  ['what is computed', fields({ a: list(fields({ b: text })) }, 'self.a.map(x, x.b).isSorted()')],
  ['amounts', fields({ a: texts }, 'self.a.all(x, quantity(x).isGreaterThan(quantity("1")))')],
  ['addresses', fields({ a: list(ruled({ ...text, maxLength: 50 }, 'isIP(self)')) })],
  [
    'exactly one',
    fields(
      { a: list(fields({ n: { ...text, maxLength: 253 } }), { maxItems: 64 }) },
      'self.a.all(x, self.a.exists_one(y, y.n == x.n))',
    ),
  ],
  [
    'what is written in the wild',
    fields({
      rules: list(
        fields({
          matches: list(
            fields(
              path,
              `${within} ? self.value.startsWith('/') : true`,
              `${within} ? !self.value.contains('//') : true`,
              `${within} ? self.value.matches('^(?:[-A-Za-z0-9/._~!$&*+,;=:@]|[%][0-9a-fA-F]{2})+$') : true`,
            ),
            { maxItems: 64 },
          ),
        }),
        { maxItems: 16 },
      ),
    }),
  ],
]

describe('what a server does to objects by itself is what a real one does', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-admission-'))
  let cluster: RealCluster
  let pair: Pair
  let issuer: TestIssuer

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    issuer = open.use(await startIssuer())
    const document = configuration(issuer)
    const file = join(dir, 'authentication.json')
    writeFileSync(file, JSON.stringify(document))
    const args = [`--authentication-config=${file}`]
    cluster = open.use(await startCluster({ name: 'host', etcd, dir, host: true, args }))
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const tokenKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    pair = open.use(await Pair.of(cluster, { access: { tokenKey, issuers: readAuthentication(document) } }))
  })
  after(() => open.disposeAsync())

  const alike = (name: string, method: Step['method'], path: string, body?: object, part?: (body: Json) => unknown) =>
    pair.alike({ name, method, path, ...(body && { body }) }, part)

  const namespace = async (name: string, labels: Fields): Promise<string> => {
    await alike(name, 'POST', '/api/v1/namespaces', labelled(name, labels))
    await eventually(() => kubectl(cluster.kubeconfig)('get', 'serviceaccount', 'default', '-n', name))
    return `/api/v1/namespaces/${name}`
  }

  test('to Pods', async () => {
    const base = await namespace('pods', {})
    await alike('secrets', 'POST', `${base}/serviceaccounts`, account('puller', { imagePullSecrets: [{ name: 's' }] }))
    await alike('quiet', 'POST', `${base}/serviceaccounts`, account('quiet', { automountServiceAccountToken: false }))
    await alike('a class', 'POST', '/apis/node.k8s.io/v1/runtimeclasses', sandbox)
    for (const [name, spec] of pods)
      await eventually(() => alike(name, 'POST', `${base}/pods?dryRun=All`, pod(spec), specOf))
  })

  test('to Pods that do not keep the standards', async () => {
    for (const [name, labels] of Object.entries(standards)) {
      const base = await namespace(name, labels)
      for (const [what, spec] of unsafe)
        await eventually(() => alike(`${name}: ${what}`, 'POST', `${base}/pods?dryRun=All`, pod(spec)))
    }
  })

  test('to workloads whose Pods would not', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: plain } }
    const selector = { matchLabels: { a: 'b' } }
    const metadata = { name: 'd' }
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector, template } }
    const job = { template: { spec: { containers: plain, restartPolicy: 'Never' } } }
    const cron = { schedule: '0 0 * * *', jobTemplate: { spec: job } }
    for (const name of Object.keys(standards)) {
      await alike(name, 'POST', `/apis/apps/v1/namespaces/${name}/deployments?dryRun=All`, deployment)
      await alike(name, 'POST', `/apis/batch/v1/namespaces/${name}/cronjobs?dryRun=All`, {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata,
        spec: cron,
      })
    }
  })

  test('to namespaces that ask for a standard', async () => {
    for (const labels of [
      { enforce: 'wrong' },
      { 'warn-version': '1.2' },
      { audit: 'foo', 'enforce-version': 'v9.99' },
      { enforce: 'baseline', 'enforce-version': 'v1.99' },
    ])
      await alike('wrong labels', 'POST', '/api/v1/namespaces?dryRun=All', labelled('wrong', labels))
    const base = await namespace('changing', {})
    for (const name of ['a', 'b', 'c'])
      await alike(name, 'POST', `${base}/pods`, pod(name === 'c' ? { hostNetwork: true } : {}, { name }))
    for (const enforce of ['restricted', 'baseline', 'privileged', 'wrong'])
      await alike(enforce, 'PATCH', `${base}?dryRun=All`, labelled('changing', { enforce }))
  })

  const registration = '/apis/admissionregistration.k8s.io/v1'
  const registered = (kind: string, name: string, spec: Fields): object => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
    spec,
  })
  const configMapRule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }
  const configMap = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', labels: { case: name } },
    data: { a: 'c' },
  })
  const constraints = (name: string): Fields => ({
    resourceRules: [configMapRule],
    objectSelector: { matchLabels: { case: name } },
  })

  test('to expressions about rights', async () => {
    const base = await namespace('rights', {})
    const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/rights`
    const role = { kind: 'Role', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }
    const rules = [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get'] }]
    const head = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'reader' } }
    await alike('a role', 'POST', `${roles}/roles`, { ...head, kind: 'Role', rules })
    await alike('its binding', 'POST', `${roles}/rolebindings`, {
      ...head,
      kind: 'RoleBinding',
      roleRef: role,
      subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'rights' }],
    })
    const bot = 'authorizer.serviceAccount("rights", "bot")'
    const checks = [
      'authorizer.requestResource.check("create")',
      'authorizer.path("/healthz").check("get")',
      `${bot}.group("").resource("pods").namespace("rights").check("get")`,
      `${bot}.group("").resource("pods").subresource("log").namespace("rights").name("a").check("get")`,
      `${bot}.group("").resource("pods").namespace("default").check("get")`,
      `${bot}.path("/metrics").check("get")`,
      `${bot}.group("apps").resource("deployments").fieldSelector("a=b").labelSelector("c in (d)").check("list")`,
      'authorizer.serviceAccount("Rights", "bot").path("/x").check("get")',
      'authorizer.serviceAccount("rights", "Bot").path("/x").check("get")',
      'authorizer.path("").check("get")',
    ]
    const words =
      '[string(variables.d.allowed()), variables.d.reason(), string(variables.d.errored()), variables.d.error()].join("|")'
    for (const [i, expression] of checks.entries()) {
      const name = `rights-${i}`
      const spec = {
        matchConstraints: constraints(name),
        variables: [
          { name: 'd', expression },
          { name: 'words', expression: words },
        ],
        validations: [{ expression: '{"": true}[variables.words]' }], // an error shows what there is not
      }
      await alike(
        name,
        'POST',
        `${registration}/validatingadmissionpolicies`,
        registered('ValidatingAdmissionPolicy', name, spec),
      )
      const bound = { policyName: name, validationActions: ['Deny'] }
      await alike(
        name,
        'POST',
        `${registration}/validatingadmissionpolicybindings`,
        registered('ValidatingAdmissionPolicyBinding', name, bound),
      )
    }
    for (const [i, check] of checks.entries())
      await eventually(() => alike(check, 'POST', `${base}/configmaps?dryRun=All`, configMap(`rights-${i}`)))
  })

  test('to policies that change objects', async () => {
    for (const [name, spec] of wrongMutations)
      await alike(
        name,
        'POST',
        `${registration}/mutatingadmissionpolicies?dryRun=All`,
        registered('MutatingAdmissionPolicy', 'a', {
          reinvocationPolicy: 'Never',
          ...spec({ resourceRules: [configMapRule] }),
        }),
      )
    for (const spec of [{ policyName: 'a' }, {}, { policyName: 'a', paramRef: {} }])
      await alike(
        'a binding',
        'POST',
        `${registration}/mutatingadmissionpolicybindings?dryRun=All`,
        registered('MutatingAdmissionPolicyBinding', 'a', spec),
      )
  })

  const mutating = async (name: string, spec: Fields): Promise<void> => {
    const policies = `${registration}/mutatingadmissionpolicies`
    await alike(
      name,
      'POST',
      policies,
      registered('MutatingAdmissionPolicy', name, { reinvocationPolicy: 'Never', ...spec }),
    )
    const bindings = `${registration}/mutatingadmissionpolicybindings`
    await alike(name, 'POST', bindings, registered('MutatingAdmissionPolicyBinding', name, { policyName: name }))
  }

  test('to objects by policies', async () => {
    const base = await namespace('mutated', {})
    for (const [i, [, steps, more]] of mutations.entries())
      await mutating(`mutation-${i}`, { matchConstraints: constraints(`mutation-${i}`), mutations: steps, ...more })
    const [first, second] = ['b', 'a'].map((to) => ({
      matchConstraints: constraints('again'),
      mutations: [applying(`Object{data: {"${to}": object.data.?b.orValue("") + "${to}"}}`)],
      reinvocationPolicy: 'IfNeeded',
    }))
    await mutating('again-1', { ...first })
    await mutating('again-2', { ...second })
    const part = ({ data, immutable, metadata }: Json) => ({
      data,
      immutable,
      labels: metadata?.labels,
      notes: metadata?.annotations,
    })
    for (const [i, [name]] of mutations.entries())
      await eventually(() => alike(name, 'POST', `${base}/configmaps?dryRun=All`, configMap(`mutation-${i}`), part))
    /** A real server asks them in an order of its own: of that depends how often, not whether, the first saw what the second did. */
    const seen = ({ data }: Json) => [data?.b, data?.a?.startsWith('b')]
    await eventually(() => alike('again', 'POST', `${base}/configmaps?dryRun=All`, configMap('again'), seen))
  })

  test('to what expressions say', async () => {
    const base = await namespace('expressions', {})
    const steps = expressions.map(
      (words, i) => `JSONPatch{op: "add", path: "/data/e${i}", value: string(dyn(${words}))}`,
    )
    await mutating('expressions', {
      matchConstraints: constraints('expressions'),
      mutations: steps.map((step) => patching(`[${step}]`)),
    })
    const said = ({ data }: Json) => expressions.map((words, i) => [words, data?.[`e${i}`]])
    await eventually(async () => {
      const found = await alike('all', 'POST', `${base}/configmaps?dryRun=All`, configMap('expressions'), said)
      assert.ok(found.data?.e0)
    })
    for (const expression of strangers)
      await alike(
        expression,
        'POST',
        `${registration}/validatingadmissionpolicies?dryRun=All`,
        registered('ValidatingAdmissionPolicy', 'a', {
          matchConstraints: constraints('none'),
          validations: [{ expression }],
        }),
      )
  })

  test('to Pods by policies', async () => {
    const base = await namespace('mutated-pods', {})
    const resourceRules = [{ ...configMapRule, resources: ['pods'] }]
    for (const [i, [, words]] of podMutations.entries()) {
      const objectSelector = { matchLabels: { case: `pod-${i}` } }
      await mutating(`pod-${i}`, { matchConstraints: { resourceRules, objectSelector }, mutations: [applying(words)] })
    }
    for (const [i, [name]] of podMutations.entries()) {
      const object = pod({ automountServiceAccountToken: false }, { labels: { case: `pod-${i}` } })
      await eventually(() => alike(name, 'POST', `${base}/pods?dryRun=All`, object, specOf))
    }
  })

  test('to rules that may cost too much', async () => {
    const names = { plural: 'crabs', kind: 'Crab', singular: 'crab', listKind: 'CrabList' }
    for (const [name, spec] of costs) {
      const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: fields({ spec }) } }
      await alike(name, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'crabs.example.com' },
        spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version] },
      })
    }
  })

  test('to tokens of somebody else', async () => {
    const reviews = '/apis/authentication.k8s.io/v1/tokenreviews'
    for (const [name, found] of claims) {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: issuer.token(found) } }
      const said = ({ status }: Json) => ({ authenticated: status?.authenticated, user: status?.user })
      const review = await eventually(async () => {
        const answer = await alike(name, 'POST', reviews, body, said) // a real server asks for keys in its own time
        return answer
      }, 20_000)
      if (name === 'all') assert.equal(review.status.user.username, 'oidc:jane')
    }
  })

  test('to claims that grow', async () => {
    const base = await namespace('claims', {})
    const claim = (storage: string, more: Fields = {}) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
    })
    await alike('a claim', 'POST', `${base}/persistentvolumeclaims`, claim('1Gi', { storageClassName: 'slow' }))
    const grow = { spec: { resources: { requests: { storage: '2Gi' } } } }
    await alike('bound', 'PATCH', `${base}/persistentvolumeclaims/c/status`, { status: { phase: 'Bound' } })
    await alike('no class', 'PATCH', `${base}/persistentvolumeclaims/c`, grow)
    const storage = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'slow' },
      provisioner: 'example.com/slow',
    }
    await alike('a class', 'POST', '/apis/storage.k8s.io/v1/storageclasses', storage)
    await alike('a class of one size', 'PATCH', `${base}/persistentvolumeclaims/c`, grow)
  })
})
