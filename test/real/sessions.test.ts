import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { asking } from '../https.ts'
import { eventually, type Json, kubectl } from '../kubectl.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { embedded } from './embedded.ts'
import { startEtcd } from './etcd.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

const world = `
apiVersion: v1
kind: Namespace
metadata: {name: team}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: quiet, namespace: team}
---
apiVersion: v1
kind: Pod
metadata: {name: lost, namespace: team}
spec: {nodeName: nowhere, serviceAccountName: quiet, containers: [{name: a, image: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two, namespace: team, annotations: {kubectl.kubernetes.io/default-container: b}}
spec: {serviceAccountName: quiet, nodeSelector: {a: b}, initContainers: [{name: first, image: a}], containers: [{name: a, image: a}, {name: b, image: b}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: looks, namespace: team}
rules: [{apiGroups: [""], resources: [pods/exec], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: looks, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: looks}
subjects: [{kind: User, name: eve}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: doors}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CONNECT], resources: [pods/exec, pods/attach, pods/portforward]}]
  validations:
  - {expression: "!has(object.container) || object.container != 'locked'", messageExpression: "'no ' + object.kind + ' into ' + object.container + ' of ' + request.name"}
  - {expression: "!has(object.command) || object.command != ['rm', '-rf']", message: not that}
  - {expression: "!has(object.ports) || !(22 in object.ports)", message: not there}
  - {expression: "!has(object.tty) || !object.tty || object.stdin", messageExpression: "request.operation + ' ' + request.kind.kind + ' ' + request.subResource"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: doors}
spec: {policyName: doors, validationActions: [Deny]}
`

const team = '/api/v1/namespaces/team/pods'
const webSocket = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
  'sec-websocket-protocol': 'v5.channel.k8s.io',
}
const spdy = { connection: 'upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' }

interface Case {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A kube-apiserver does not say why. */
  readonly wordless?: boolean
}

const exec = 'exec?command=true&stdout=true'

const cases: Readonly<Record<string, Case>> = {
  'no pod': { path: `nobody/${exec}`, headers: webSocket },
  'no pod, in SPDY': { path: `nobody/${exec}`, method: 'POST', headers: spdy },
  'no pod to be attached to': { path: 'nobody/attach?stdout=true', headers: webSocket },
  'no pod to forward to': { path: 'nobody/portforward', method: 'POST', headers: spdy },
  'no node': { path: `two/${exec}&container=a`, headers: webSocket },
  'no node to forward from': { path: 'two/portforward', headers: webSocket },
  'a node that is not there': { path: `lost/${exec}`, headers: webSocket },
  'a node that is not there, to forward from': { path: 'lost/portforward?ports=80', headers: webSocket },
  'one of several containers': { path: `two/${exec}`, headers: webSocket },
  'one of several containers, to be attached': { path: 'two/attach', method: 'POST' },
  'a container that is not there': { path: `two/${exec}&container=c`, headers: webSocket },
  'an init container': { path: `two/${exec}&container=first`, headers: webSocket },
  'another method': { path: `lost/${exec}`, method: 'PUT' },
  'to be rid of it': { path: `lost/${exec}`, method: 'DELETE' },
  'a dry run': { path: `lost/${exec}&dryRun=All`, method: 'POST' },
  'a port that is none': { path: 'lost/portforward?ports=x', headers: webSocket },
  'what a policy keeps out of': { path: `nobody/${exec}&container=locked`, headers: webSocket },
  'what a policy keeps from being attached to': { path: 'nobody/attach?container=locked', headers: webSocket },
  'what a policy lets nobody run': { path: 'nobody/exec?command=rm&command=-rf', headers: webSocket },
  'what a policy lets nobody forward': { path: 'nobody/portforward?ports=80&ports=22', headers: webSocket },
  'what a policy calls it': { path: `nobody/${exec}&tty=true`, method: 'POST' },
  'who may not even look': { path: `lost/${exec}`, headers: { ...webSocket, 'impersonate-user': 'nora' } },
  'who may only look': { path: `lost/${exec}`, headers: { ...webSocket, 'impersonate-user': 'eve' }, wordless: true },
  'who may only look, with POST': {
    path: `lost/${exec}`,
    method: 'POST',
    headers: { ...spdy, 'impersonate-user': 'eve' },
  },
}

/** A reason that is empty may as well not be said. */
const withoutEmpty = (body: Json): Json => JSON.parse(JSON.stringify(body).replaceAll('"reason":"",', ''))

describe('the embedded server leads into Pods as a real one does, and refuses', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-sessions-'))
  const kubeconfigs: string[] = []

  const ask = async (kubeconfig: string, { path, method = 'GET', headers = {}, wordless = false }: Case) => {
    const { status, body } = await asking(kubeconfig)(`${team}/${path}`, { method, headers })
    const { reason, message, details } = withoutEmpty(body ?? {})
    return wordless ? { status, reason } : { status, reason, message, details }
  }

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    const servers = [await embedded(dir), await startCluster({ name: 'real', etcd, dir, host: true })]
    for (const server of servers) kubeconfigs.push(open.use(server).kubeconfig)
    for (const kubeconfig of kubeconfigs) {
      const { code, err } = await kubectl(kubeconfig).run(['apply', '-f', '-'], world)
      assert.equal(code, 0, err)
      const kept = cases['what a policy keeps out of'] as Case
      await eventually(async () => assert.match((await ask(kubeconfig, kept)).message ?? '', /no PodExecOptions/))
    }
  })
  after(() => open.disposeAsync())

  for (const [name, each] of Object.entries(cases)) {
    test(name, async () => {
      const [ours, theirs] = await Promise.all(kubeconfigs.map((kubeconfig) => ask(kubeconfig, each)))
      assert.deepEqual(ours, theirs)
    })
  }

  test('both say what there is', async () => {
    const all = await Promise.all(
      kubeconfigs.map(async (kubeconfig) => {
        const { body } = await asking(kubeconfig)('/api/v1')
        const found: { name: string }[] = body.resources
        return found.filter(({ name }) => ['pods/exec', 'pods/attach', 'pods/portforward'].includes(name))
      }),
    )
    assert.deepEqual(all[0], all[1])
  })
})
