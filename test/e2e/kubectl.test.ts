import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { type Extension, startExtension } from '../extension.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

/** The kubectl that is meant, and the oldest and the newest we promise where they lie beside it. */
function binaries(): readonly string[] {
  const meant = process.env.KUBECTL ?? 'kubectl'
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => resolve(folder, meant))
    .find(existsSync)
  if (!found) return [meant] // it will say itself that it is not there
  return [meant, ...['1.27', '1.33'].map((version) => `${realpathSync(found)}.${version}`).filter(existsSync)]
}

const web = (name: string): string => {
  const resourceSelectors = [{ apiVersion: 'apps/v1', kind: 'Deployment', name }]
  const labels = { app: name }
  const containers = [{ name: 'web', image: 'registry.example.com/web:1' }]
  const items = [
    {
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'PropagationPolicy',
      metadata: { name },
      spec: { resourceSelectors, placement: { clusterAffinity: { clusterNames: ['member1'] } } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    },
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** Lines of a kubectl that goes on, as they come. */
function following(binary: string, kubeconfig: string, ...args: readonly string[]) {
  const child = spawn(binary, args, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 30_000,
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    /** `undefined` at its end. */
    next: async (): Promise<string> => String((await lines.next()).value),
    async end() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** An extension, as one is registered: it reads whom to believe where every extension does. */
async function extensionBehind(k: Kubectl): Promise<Extension> {
  const { data } = await k.json('cm', 'extension-apiserver-authentication', '-n', 'kube-system')
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-extension-'))
  const ext = await startExtension(dir, 'ext.default.svc', [data['requestheader-client-ca-file']])
  const { port, caBundle } = ext
  const items = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ext', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.ext.example.com' },
      spec: {
        group: 'ext.example.com',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: 'default', name: 'ext', port },
        caBundle,
      },
    },
  ]
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const { code, err } = await k.run(['apply', '-f', '-'], list)
  assert.equal(code, 0, err)
  await k('wait', 'apiservice/v1.ext.example.com', '--for=condition=Available', '--timeout=30s')
  await eventually(async () => assert.ok(await k('api-resources', '--api-group=ext.example.com', '-o', 'name')))
  const end = async (): Promise<void> => {
    await k.run(['delete', '-f', '-'], list)
    await ext[Symbol.asyncDispose]()
  }
  return { ...ext, [Symbol.asyncDispose]: end }
}

let fleet: Up
before(async () => {
  fleet = await up({ members: 1 })
})
after(() => fleet.stop())

for (const [index, binary] of binaries().entries()) {
  describe(binary.slice(binary.lastIndexOf('/') + 1), () => {
    const name = `web-${index}`
    let k: Kubectl
    before(() => {
      k = kubectl(fleet.kubeconfig, binary)
    })

    test('applies, waits for a binding, and follows a rollout', async () => {
      const { code, err } = await k.run(['apply', '-f', '-'], web(name))
      assert.equal(code, 0, err)
      await eventually(() => k.json('rb', `${name}-deployment`))
      await k('wait', '--for=condition=FullyApplied', `rb/${name}-deployment`, '--timeout=20s')
      assert.match(await k('rollout', 'status', `deployment/${name}`, '--timeout=20s'), /successfully rolled out/)
    })

    test('describes what is on the way', async () => {
      const described: Readonly<Record<string, readonly RegExp[]>> = {
        [`deployment/${name}`]: [/Replicas: +2 desired \| 2 updated \| 2 total/, /ScheduleBindingSucceed/],
        [`rb/${name}-deployment`]: [/Cluster Name: +member1/, /Type: +FullyApplied/, /Binding has been scheduled/],
        [`work/${name}`]: [/Namespace: +karmada-es-member1/, /Type: +Applied/],
        'cluster/member1': [/Kubernetes Version: +v1/, /Type: +Ready/, /Total Num: +3/],
      }
      const works = await k.json('works', '-n', 'karmada-es-member1')
      const work = works.items.find((each: Json) => each.metadata.name.startsWith(name))
      for (const [object, says] of Object.entries(described)) {
        const args = object.startsWith('work/') ? [`work/${work.metadata.name}`, '-n', 'karmada-es-member1'] : [object]
        await eventually(async () => {
          const out = await k('describe', ...args)
          for (const pattern of says) assert.match(out, pattern, object)
        })
      }
    })

    test('explains and lists what is served', async () => {
      assert.match(await k('explain', 'pp.spec'), /resourceSelectors\s+<\[\]/)
      assert.match(await k('explain', 'pp.spec.placement.clusterAffinity'), /clusterNames\s+<\[\]string>/)
      const served = await k('api-resources')
      for (const row of [
        /^propagationpolicies +pp +policy\.karmada\.io\/v1alpha1 +true +PropagationPolicy/m,
        /^resourcebindings +rb +work\.karmada\.io\/v1alpha2 +true +ResourceBinding/m,
        /^clusters +cluster\.karmada\.io\/v1alpha1 +false +Cluster/m,
        /^deployments +deploy +apps\/v1 +true +Deployment/m,
      ]) {
        assert.match(served, row)
      }
    })

    test('works with an API server behind it', async () => {
      await using ext = await extensionBehind(k)
      assert.match(await k('get', 'apiservice', 'v1.ext.example.com'), / default\/ext +True /)
      assert.match(await k('get', 'apiservice', 'v1alpha1.policy.karmada.io'), / Local +True /)
      const listed = await k('api-resources', '--api-group=ext.example.com', '--no-headers')
      assert.match(listed, /^things +th +ext.example.com\/v1 +true +Thing$/m)
      assert.match(await k('explain', 'thing.size'), /How large it is./)
      const thing = { apiVersion: 'ext.example.com/v1', kind: 'Thing', metadata: { name: 'one' }, size: 1 }
      const { code, err } = await k.run(['create', '-f', '-'], JSON.stringify(thing))
      assert.equal(code, 0, err)
      assert.equal(await k('get', 'th', '-A', '-o', 'jsonpath={.items[*].size}'), '1')
      await k('delete', 'thing', 'one')
      const { headers, by } = ext.heard.find(({ method }) => method === 'DELETE') ?? {}
      assert.deepEqual([headers?.['x-remote-user'], by], [['flotilla-admin'], 'front-proxy-client'])
    })

    test('patches in three ways, edits, and watches it happen', async () => {
      const columns = 'R:.spec.replicas,I:.spec.template.spec.containers[*].image,L:.metadata.labels.tier'
      const shown = ['--watch', '--no-headers', '-o', `custom-columns=${columns}`]
      const watch = following(binary, fleet.kubeconfig, 'get', 'deployment', name, ...shown)
      const becomes = async (wanted: RegExp) => {
        for (let line = await watch.next(); !wanted.test(line); line = await watch.next()) {
          assert.notEqual(line, 'undefined', `the watch ended before ${wanted}`)
        }
      }
      await becomes(/^2 +registry\.example\.com\/web:1 +<none>/)
      await k('patch', 'deployment', name, '--type=merge', '-p', '{"spec":{"replicas":3}}')
      await becomes(/^3 +\S+web:1 +<none>/)
      const containers = [{ name: 'web', image: 'registry.example.com/web:2' }]
      await k('patch', 'deployment', name, '-p', JSON.stringify({ spec: { template: { spec: { containers } } } }))
      await becomes(/^3 +\S+web:2 +<none>/)
      const add = [{ op: 'add', path: '/metadata/labels', value: { tier: 'front' } }]
      await k('patch', 'deployment', name, '--type=json', '-p', JSON.stringify(add))
      await becomes(/^3 +\S+web:2 +front/)
      const { code, err } = await k.run(['edit', 'deployment', name], undefined, { EDITOR: 'sed -i s/web:2/web:3/' })
      assert.equal(code, 0, err)
      await becomes(/^3 +\S+web:3 +front/)
      await watch.end()
      await eventually(async () => {
        const there = await k.json('--context', 'member1', 'deployment', name)
        assert.equal(there.spec.template.spec.containers[0].image, 'registry.example.com/web:3')
        assert.equal(there.status.readyReplicas, 3)
      })
    })

    test('reads what the pods of a member have written', async () => {
      const isNew = ({ spec }: Json) => spec.containers[0].image.endsWith(':3')
      const pod: string = await eventually(async () => {
        const { items } = await k.json('--context', 'member1', 'pods', '-l', `app=${name}`)
        assert.ok(items.length === 3 && items.every(isNew)) // the old ones are gone
        return items[0].metadata.name
      })
      const log = await k('--context', 'member1', 'logs', pod)
      assert.match(log, /^simulated: web runs registry\.example\.com\/web:3 on member1-node-\d$/m)
      const logs = following(binary, fleet.kubeconfig, '--context', 'member1', 'logs', pod, '--follow', '--timestamps')
      assert.match(await logs.next(), /^20\S+Z simulated: web runs/)
      await k('--context', 'member1', 'delete', 'pod', pod, '--wait=false')
      assert.equal(await logs.next(), 'undefined')
      const missing = await k.run(['--context', 'member1', 'logs', pod, '-c', 'nobody'])
      assert.match(missing.err, /not found|container nobody is not valid/)
    })

    test('drains a node of a member, as far as the budget lets it', async () => {
      const member = (...args: readonly string[]) => k('--context', 'member1', ...args)
      const node = 'member1-node-1'
      await member('create', 'pdb', name, `--selector=app=${name}`, '--max-unavailable=1')
      await member('wait', `pdb/${name}`, '--for=jsonpath={.status.disruptionsAllowed}=1', '--timeout=20s')
      const drained = await member('drain', node, '--timeout=30s')
      assert.match(drained, /drained$/m)
      assert.match(await member('get', 'node', node), /SchedulingDisabled/)
      await eventually(async () => {
        const { items } = await k.json('--context', 'member1', 'pods', '-l', `app=${name}`)
        assert.equal(items.length, 3)
        assert.ok(items.every(({ spec }: Json) => spec.nodeName !== node))
      })
      await member('uncordon', node)
      await member('delete', 'pdb', name)
    })

    test('deletes, and waits until it is gone', async () => {
      await k('delete', 'deployment', name, '--wait', '--timeout=20s')
      assert.equal(await k('get', 'deployment', name, '--ignore-not-found'), '')
      await k('wait', '--for=delete', `rb/${name}-deployment`, '--timeout=20s')
      await eventually(async () =>
        assert.equal(await k('--context', 'member1', 'get', 'deployment', name, '--ignore-not-found'), ''),
      )
      await k('delete', 'pp', name)
    })
  })
}
