import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { asking, type Question } from '../https.ts'
import { eventually, type Json, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'

/** What both servers have before they are asked: one namespace with people of different rights, and a bootstrap token. */
const world = `
apiVersion: v1
kind: Namespace
metadata: {name: team}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot, namespace: team}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: team}
data: {a: b}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden, namespace: team}
---
apiVersion: v1
kind: Secret
metadata: {name: bootstrap-token-abcdef, namespace: kube-system}
type: bootstrap.kubernetes.io/token
stringData: {token-id: abcdef, token-secret: 0123456789abcdef, usage-bootstrap-authentication: "true", auth-extra-groups: "system:bootstrappers:worker"}
---
apiVersion: v1
kind: Secret
metadata: {name: bootstrap-token-fedcba, namespace: kube-system}
type: bootstrap.kubernetes.io/token
stringData: {token-id: fedcba, token-secret: 0123456789abcdef, usage-bootstrap-authentication: "true", expiration: "2020-01-01T00:00:00Z"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewers, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: User, name: vera}, {kind: ServiceAccount, name: robot}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: admins, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: Group, name: leads}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: one-setting, namespace: team}
rules:
- {apiGroups: [""], resources: [configmaps], resourceNames: [settings], verbs: [get, list, watch, patch, update, delete]}
- {apiGroups: ["apps"], resources: ["*/scale"], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: settings, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one-setting}
subjects: [{kind: User, name: sam}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: dangling, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: gone}
subjects: [{kind: User, name: dan}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: doctor}
rules:
- {nonResourceURLs: [/metrics, "/debug/*"], verbs: [get]}
- {apiGroups: [""], resources: [users], resourceNames: [vera], verbs: [impersonate]}
- {apiGroups: [authentication.k8s.io], resources: [userextras/reason], verbs: [impersonate]}
- {apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings, clusterroles], verbs: [create, update, patch, get]}
- {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [view], verbs: [bind]}
- {apiGroups: [rbac.authorization.k8s.io], resources: [roles], resourceNames: [stairs], verbs: [escalate]}
- {apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews, localsubjectaccessreviews], verbs: [create]}
- {apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create]}
- {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests, certificatesigningrequests/approval], verbs: [create, get, update, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: doctors}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: doctor}
subjects: [{kind: User, name: doc}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: more-views, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
rules: [{apiGroups: [example.com], resources: [widgets], verbs: [get]}]
`

type Headers = Readonly<Record<string, string>>

const as = (name: string, more: Headers = {}): Headers => ({ 'impersonate-user': name, ...more })
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })

/** Without a certificate. */
const stranger = { anonymous: true } as const

interface Case {
  readonly path: string
  /** POST where there is a body. */
  readonly method?: string
  readonly body?: object
  readonly type?: string
  /** The administrator, when nobody is said. */
  readonly who?: Headers
  readonly anonymous?: true
  /** Only the code and the reason are compared: the words are those of Go. */
  readonly loosely?: true
}

const loosely = true
const team = '/api/v1/namespaces/team'
const rbac = '/apis/rbac.authorization.k8s.io/v1'
const auth = '/apis/authorization.k8s.io/v1'
const identity = '/apis/authentication.k8s.io/v1'
const apply = 'application/apply-patch+yaml'

const role = (name: string, ...rules: readonly object[]) => ({ metadata: { name }, rules })
const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }
const binding = (name: string, kind: string, to: string) => ({
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: to },
  subjects: [{ kind: 'User', name: 'x' }],
})
const wish = (fields: object) => ({ spec: { resourceAttributes: fields } })
const wishOf = (user: string, fields: object, more: object = {}) => ({
  spec: { user, resourceAttributes: fields, ...more },
})

const csrs = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const client = 'kubernetes.io/kube-apiserver-client'

const pem = (text: string): string =>
  Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`).toString('base64')

/** Jane of the devs asks. */
const jane = pem(
  'MIHYMIGAAgEAMB4xDTALBgNVBAoMBGRldnMxDTALBgNVBAMMBGphbmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARxhjRBYGNEcqSEun+bgQXTAvXESivU8IFL9v1axFC+7Bq56aBba2qQr99qWXwmVc+CSZ49c8EVZL4YryzIwZdFoAAwCgYIKoZIzj0EAwIDRwAwRAIgFIjZ1JT4r3fX4fNIb3He22ZXCN4uLvXKinzwXJHXE0cCIAeJgsI0Kg99mJCXAGWvavTPT/xYdqU1MyX7tnCNy6p/',
)
/** Jane, who would like to be a master. */
const master = pem(
  'MIHkMIGKAgEAMCgxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQ0wCwYDVQQDDARqYW5lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcYY0QWBjRHKkhLp/m4EF0wL1xEor1PCBS/b9WsRQvuwauemgW2tqkK/fall8JlXPgkmePXPBFWS+GK8syMGXRaAAMAoGCCqGSM49BAMCA0kAMEYCIQCW/6ztI+pNC9Pkw5skbabn88RWiBTJTvj3PfPShSR2fwIhANwNR6vnVJ4k1wkGS/0aBdVjCVa3Ct/eJq1NuanWY2fD',
)

const csr = (name: string, fields: object = {}) => ({
  metadata: { name },
  spec: { request: jane, signerName: client, usages: ['client auth'], ...fields },
})
const decision = (type: string, status = 'True') => ({
  status: { conditions: [{ type, status, reason: 'Because', message: 'm', lastUpdateTime: '2026-11-29T12:00:00Z' }] },
})
const merge = 'application/merge-patch+json'

const cases: Readonly<Record<string, Case>> = {
  'a stranger asks for health': { path: '/healthz', ...stranger },
  'a stranger asks for pods': { path: `${team}/pods`, ...stranger },
  'a stranger asks for discovery': { path: '/api', ...stranger },
  'a stranger asks what nobody serves': { path: '/apis/nobody.example.com/v1/things', ...stranger },
  'a token nobody has': { path: '/api', who: bearer('nobody'), ...stranger },
  'a scheme nobody knows': { path: '/api', who: { authorization: 'Basic YTpi' }, ...stranger },
  'somebody asks for discovery': { path: '/apis/apps', who: as('nora') },
  'somebody lists pods': { path: `${team}/pods`, who: as('nora') },
  'somebody lists pods everywhere': { path: '/api/v1/pods', who: as('nora') },
  'somebody reads a pod': { path: `${team}/pods/web`, who: as('nora') },
  'somebody reads a log': { path: `${team}/pods/web/log`, who: as('nora') },
  'somebody watches': { path: `${team}/configmaps?watch=true`, who: as('nora') },
  'somebody creates': { path: `${team}/configmaps`, body: { metadata: { name: 'c' } }, who: as('nora') },
  'somebody deletes all': { path: `${team}/configmaps`, method: 'DELETE', who: as('nora') },
  'somebody updates': { path: `${team}/configmaps/c`, method: 'PUT', body: {}, who: as('nora') },
  'somebody asks what nobody serves': { path: '/apis/nobody.example.com/v1/things', who: as('nora') },
  'somebody asks for a path': { path: '/metrics', who: as('nora') },
  'somebody asks for a path with POST': { path: '/metrics', method: 'POST', who: as('nora') },
  'somebody reads a namespace': { path: '/api/v1/namespaces/team', who: as('nora') },
  'a viewer reads their namespace': { path: '/api/v1/namespaces/team', who: as('vera') },
  'a viewer reads another namespace': { path: '/api/v1/namespaces/default', who: as('vera') },
  'a viewer lists': { path: `${team}/configmaps?limit=1&fieldSelector=metadata.name%3Dsettings`, who: as('vera') },
  'a viewer reads a secret': { path: `${team}/secrets/hidden`, who: as('vera') },
  'a viewer writes': { path: `${team}/configmaps`, body: { metadata: { name: 'c' } }, who: as('vera') },
  'a viewer applies': {
    path: `${team}/configmaps/c?fieldManager=v`,
    method: 'PATCH',
    type: apply,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
    who: as('vera'),
  },
  'rights to one name': { path: `${team}/configmaps/settings`, who: as('sam') },
  'rights to one name, and another': { path: `${team}/configmaps/other`, who: as('sam') },
  'rights to one name, and the list of it': {
    path: `${team}/configmaps?fieldSelector=metadata.name%3Dsettings`,
    who: as('sam'),
  },
  'rights to one name, and the list of all': { path: `${team}/configmaps`, who: as('sam') },
  'apply of what is not there wants create': {
    path: `${team}/configmaps/other?fieldManager=s`,
    method: 'PATCH',
    type: apply,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } },
    who: as('sam'),
  },
  'the scale of anything': { path: '/apis/apps/v1/namespaces/team/deployments/web/scale', who: as('sam') },
  'a role that is gone': { path: `${team}/pods`, who: as('dan') },
  'a group in the headers': { path: `${team}/secrets/hidden`, who: as('l', { 'impersonate-group': 'leads' }) },
  'a lead gives a role within their rights': {
    path: `${rbac}/namespaces/team/roles`,
    body: role('readers', pods),
    who: as('l', { 'impersonate-group': 'leads' }),
  },
  'a lead gives more than they have': {
    path: `${rbac}/namespaces/team/roles`,
    body: role('nodes', { apiGroups: [''], resources: ['nodes'], verbs: ['get'] }),
    who: as('l', { 'impersonate-group': 'leads' }),
  },
  'a lead binds what they have': {
    path: `${rbac}/namespaces/team/rolebindings`,
    body: binding('view', 'ClusterRole', 'view'),
    who: as('l', { 'impersonate-group': 'leads' }),
  },
  'a lead binds what they have not': {
    path: `${rbac}/namespaces/team/rolebindings`,
    body: binding('all', 'ClusterRole', 'doctor'),
    who: as('l', { 'impersonate-group': 'leads' }),
  },
  'a lead binds what is not there': {
    path: `${rbac}/namespaces/team/rolebindings`,
    body: binding('none', 'Role', 'nothing'),
    who: as('l', { 'impersonate-group': 'leads' }),
  },
  'an aggregated role wants everything': {
    path: `${rbac}/clusterroles`,
    body: {
      metadata: { name: 'sum' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
      rules: [],
    },
    who: as('doc'),
  },
  'who may bind a role does': {
    path: `${rbac}/namespaces/team/rolebindings`,
    body: binding('by-doc', 'ClusterRole', 'view'),
    who: as('doc'),
  },
  'who may escalate a role does': {
    path: `${rbac}/namespaces/team/roles`,
    body: role('stairs', pods),
    who: as('doc'),
  },
  'and no other': {
    path: `${rbac}/namespaces/team/roles`,
    body: role('ladder', pods, {
      apiGroups: ['apps'],
      resources: ['deployments'],
      resourceNames: ['a'],
      verbs: ['get'],
    }),
    who: as('doc'),
  },
  'masters are not kept from it': { path: `${rbac}/clusterroles`, body: role('any', pods) },
  'taking the place of another': { path: `${team}/pods`, who: as('nora', { 'impersonate-group': 'leads' }) },
  'nobody takes the place of nobody': { loosely, path: '/api', who: { 'impersonate-group': 'leads' } },
  extras: {
    path: `${identity}/selfsubjectreviews`,
    body: {},
    who: as('vera', { 'impersonate-uid': 'u1', 'impersonate-extra-reason%2Fwhy': 'curious' }),
  },
  'in the place of an account': {
    path: `${identity}/selfsubjectreviews`,
    body: {},
    who: as('system:serviceaccount:team:robot'),
  },
  'in the place of nobody': { path: `${identity}/selfsubjectreviews`, body: {}, who: as('system:anonymous') },
  'who am I': { path: `${identity}/selfsubjectreviews`, body: {}, who: as('nora') },
  'may I, and by what': {
    path: `${auth}/selfsubjectaccessreviews`,
    body: wish({ namespace: 'team', verb: 'get', resource: 'pods' }),
    who: as('vera'),
  },
  'may I, and I may not': {
    path: `${auth}/selfsubjectaccessreviews`,
    body: wish({ namespace: 'team', verb: 'get', resource: 'secrets' }),
    who: as('vera'),
  },
  'may I, by a role that is gone': {
    path: `${auth}/selfsubjectaccessreviews`,
    body: wish({ namespace: 'team', verb: 'get', resource: 'pods' }),
    who: as('dan'),
  },
  'may I, at a path': {
    path: `${auth}/selfsubjectaccessreviews`,
    body: { spec: { nonResourceAttributes: { path: '/debug/x', verb: 'get' } } },
    who: as('doc'),
  },
  'may I, about nothing': { loosely, path: `${auth}/selfsubjectaccessreviews`, body: { spec: {} }, who: as('doc') },
  'may I, about both': {
    loosely,
    path: `${auth}/selfsubjectaccessreviews`,
    body: { spec: { nonResourceAttributes: { path: '/' }, resourceAttributes: { verb: 'get' } } },
    who: as('doc'),
  },
  'may a viewer': {
    path: `${auth}/subjectaccessreviews`,
    body: wishOf('vera', { namespace: 'team', verb: 'list', group: 'apps', resource: 'deployments' }),
    who: as('doc'),
  },
  'may an account': {
    path: `${auth}/subjectaccessreviews`,
    body: wishOf('system:serviceaccount:team:robot', {
      namespace: 'team',
      verb: 'list',
      group: 'apps',
      resource: 'deployments',
    }),
    who: as('doc'),
  },
  'may masters': {
    path: `${auth}/subjectaccessreviews`,
    body: wishOf('root', { verb: '*', group: '*', resource: '*' }, { groups: ['system:masters'] }),
    who: as('doc'),
  },
  'may nobody': {
    loosely,
    path: `${auth}/subjectaccessreviews`,
    body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
    who: as('doc'),
  },
  'may a viewer here': {
    path: `${auth}/namespaces/team/localsubjectaccessreviews`,
    body: { metadata: { namespace: 'team' }, ...wishOf('vera', { namespace: 'team', verb: 'list', resource: 'pods' }) },
    who: as('doc'),
  },
  'may a viewer elsewhere': {
    loosely,
    path: `${auth}/namespaces/team/localsubjectaccessreviews`,
    body: {
      metadata: { namespace: 'team' },
      ...wishOf('vera', { namespace: 'default', verb: 'list', resource: 'pods' }),
    },
    who: as('doc'),
  },
  'somebody asks what others may': {
    path: `${auth}/subjectaccessreviews`,
    body: wishOf('vera', { verb: 'get', resource: 'pods' }),
    who: as('nora'),
  },
  'a review cannot be listed': { path: `${auth}/subjectaccessreviews` },
  'a review cannot be read': { path: `${auth}/subjectaccessreviews/x` },
  'a token of nobody': { path: `${identity}/tokenreviews`, body: { spec: { token: 'x' } }, who: as('doc') },
  'no token': { path: `${identity}/tokenreviews`, body: { spec: {} }, who: as('doc') },
  'a bootstrap token': { path: `${identity}/tokenreviews`, body: { spec: { token: 'abcdef.0123456789abcdef' } } },
  'a bootstrap token of old': {
    path: `${identity}/tokenreviews`,
    body: { spec: { token: 'fedcba.0123456789abcdef' } },
  },
  'by bootstrap token': {
    path: `${identity}/selfsubjectreviews`,
    body: {},
    who: bearer('abcdef.0123456789abcdef'),
    ...stranger,
  },
  'by a wrong bootstrap token': {
    path: `${identity}/selfsubjectreviews`,
    body: {},
    who: bearer('abcdef.0123456789abcdea'),
    ...stranger,
  },
  'a token for robots': { path: `${team}/serviceaccounts/robot/token`, body: { spec: { expirationSeconds: 3600 } } },
  'a token nothing is said of': { path: `${team}/serviceaccounts/robot/token`, body: {} },
  'a token for another account': { path: `${team}/serviceaccounts/robot/token`, body: { metadata: { name: 'doc' } } },
  'a token that ends too early': {
    path: `${team}/serviceaccounts/robot/token`,
    body: { spec: { expirationSeconds: 10 } },
  },
  'a token that ends too late': {
    path: `${team}/serviceaccounts/robot/token`,
    body: { spec: { expirationSeconds: 2 ** 33 } },
  },
  'a token of nobody at all': { path: `${team}/serviceaccounts/nobody/token`, body: { spec: {} } },
  'a token bound to nothing': {
    path: `${team}/serviceaccounts/robot/token`,
    body: { spec: { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'nothing' } } },
  },
  'a token bound to what cannot be': {
    path: `${team}/serviceaccounts/robot/token`,
    body: { spec: { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'settings' } } },
  },
  'a token bound to another one': {
    path: `${team}/serviceaccounts/robot/token`,
    body: { spec: { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'hidden', uid: 'other' } } },
  },
  'a token somebody may not have': { path: `${team}/serviceaccounts/robot/token`, body: { spec: {} }, who: as('vera') },
  'a token cannot be read': { path: `${team}/serviceaccounts/robot/token` },
  'a certificate is asked for': {
    path: csrs,
    body: csr('jane'),
    who: as('root', { 'impersonate-group': 'system:masters' }),
  },
  'by somebody': { path: csrs, body: csr('nora'), who: as('nora') },
  'by who may, and says who it is': { path: csrs, body: csr('doc', { username: 'x', groups: ['y'] }), who: as('doc') },
  'what asks for nothing': {
    loosely,
    path: csrs,
    body: { metadata: { name: 'x' }, spec: {} },
  },
  'what cannot be read': { loosely, path: csrs, body: csr('x', { request: Buffer.from('x').toString('base64') }) },
  'what was changed after it was signed': {
    loosely,
    path: csrs,
    body: csr('x', {
      request: Buffer.from(Buffer.from(jane, 'base64').toString().replace('RldnMx', 'RldnMy')).toString('base64'),
    }),
  },
  'a signer that is none': { loosely, path: csrs, body: csr('x', { signerName: 'nobody' }) },
  'a signer of old': { path: csrs, body: csr('x', { signerName: 'kubernetes.io/legacy-unknown' }) },
  'a usage nobody knows': { loosely, path: csrs, body: csr('x', { usages: ['client auth', 'fun'] }) },
  'a usage twice': { path: csrs, body: csr('x', { usages: ['client auth', 'client auth'] }) },
  'a short life': { path: csrs, body: csr('x', { expirationSeconds: 599 }) },
  'nobody gets to be a master': { path: csrs, body: csr('x', { request: master }) },
  'it is not approved by writing the object': {
    path: `${csrs}/jane`,
    method: 'PATCH',
    type: merge,
    body: decision('Approved'),
  },
  'nor by writing its status': {
    path: `${csrs}/jane/status`,
    method: 'PATCH',
    type: merge,
    body: decision('Approved'),
  },
  'nor by who may not': {
    path: `${csrs}/jane/approval`,
    method: 'PATCH',
    type: merge,
    body: decision('Approved'),
    who: as('doc'),
  },
  'nor by half': { path: `${csrs}/jane/approval`, method: 'PATCH', type: merge, body: decision('Approved', 'False') },
  'what is asked stays': {
    path: `${csrs}/doc`,
    method: 'PATCH',
    type: merge,
    body: { spec: { usages: ['server auth'] } },
  },
  'it is denied': { path: `${csrs}/doc/approval`, method: 'PATCH', type: merge, body: decision('Denied') },
  'and not allowed after': { path: `${csrs}/doc/approval`, method: 'PATCH', type: merge, body: decision('Approved') },
  'the scale of it': { path: `${csrs}/doc/scale` },
  'keys of tokens': { loosely, path: '/openid/v1/jwks', who: as('nora') },
}

const volatile: ReadonlySet<string> = new Set([
  ...['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'token', 'expirationTimestamp'],
  ...['credential-id', 'audiences', 'lastUpdateTime', 'lastTransitionTime'],
])

/** What both should say alike: without what is of one moment, or of one server. */
const plain = (value: Json): Json => {
  if (Array.isArray(value?.items)) return value.items.map(({ kind: _, apiVersion: __, ...item }: Json) => plain(item))
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const isSaid = (name: string, field: Json): boolean =>
    !volatile.has(name) && field !== null && !(name === 'status' && Object.keys(field).length === 0)
  const fields = Object.entries(value).filter(([name, field]) => isSaid(name, field))
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]))
}

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

describe('the embedded server and a real kube-apiserver give the same answers', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-access-'))
  const kubeconfigs: string[] = []
  let embedded: Up

  before(async () => {
    embedded = await up({ members: 0 })
    open.defer(async () => void (await embedded.stop()))
    const etcd = open.use(await startEtcd(dir))
    const real = open.use(await startCluster({ name: 'real', etcd, dir }))
    kubeconfigs.push(embedded.kubeconfig, real.kubeconfig)
    for (const kubeconfig of kubeconfigs) {
      const k = kubectl(kubeconfig)
      const { code, err } = await k.run(['apply', '-f', '-'], world)
      assert.equal(code, 0, err)
      await eventually(async () => {
        const { rules } = await k.json('clusterrole', 'view')
        assert.ok(rules.some(({ apiGroups = [] }: Json) => apiGroups.includes('example.com')))
      })
    }
  })
  after(() => open.disposeAsync())

  const ask = async (kubeconfig: string, { path, method, body, who, type, anonymous, loosely: short }: Case) => {
    const question: Question = {
      method: method ?? (body ? 'POST' : 'GET'),
      ...(body && { body: JSON.stringify(body), type: type ?? 'application/json' }),
      ...(who && { headers: who }),
      ...(anonymous && { anonymous }),
    }
    const { status, body: said, text } = await asking(kubeconfig)(path, question)
    if (short) return { status, reason: said?.reason }
    return { status, body: said === undefined ? text : plain(said) }
  }

  for (const [sentence, each] of Object.entries(cases)) {
    test(sentence, async () => {
      const [ours, theirs] = await Promise.all(kubeconfigs.map((kubeconfig) => ask(kubeconfig, each)))
      assert.deepEqual(ours, theirs)
    })
  }

  test('they begin with the same roles and bindings', async () => {
    const kinds = 'clusterroles,clusterrolebindings,roles,rolebindings'
    const [ours = [], theirs = []] = await Promise.all(
      kubeconfigs.map(async (kubeconfig) => {
        const { items } = await kubectl(kubeconfig).json(kinds, '-A', '-l', 'kubernetes.io/bootstrapping=rbac-defaults')
        return items.filter(({ metadata }: Json) => !metadata.name.startsWith('system:controller:')).map(plain)
      }),
    )
    const byName = (items: readonly Json[]) =>
      Object.fromEntries(
        items.map((item) => [`${item.kind} ${item.metadata.namespace ?? ''}/${item.metadata.name}`, item]),
      )
    assert.deepEqual(byName(ours), byName(theirs))
  })
})
