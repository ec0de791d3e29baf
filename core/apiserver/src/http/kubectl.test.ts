import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import type { Manifest } from '@flotilla/sdk'
import { masters } from '../authorization.ts'
import { startServer, type TestServer, widget, widgets } from '../testing/server.ts'
import { openAuthority } from '../tls.ts'
import { type HttpsListener, serveHttps } from './serve.ts'

const run = promisify(execFile)

/** The first `kubectl` on the path. */
const findKubectl = async (): Promise<string | undefined> => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const files = await readdir(folder).catch((): string[] => [])
    if (files.includes('kubectl')) return realpathSync(join(folder, 'kubectl'))
  }
  return undefined
}

/** The oldest that is tried. Up to 1.28 they read OpenAPI v2, and that only as protobuf. */
const oldest = 27

/** `kubectl`, and with ALL_KUBECTLS=1 every `kubectl.1.x` beside it. */
const kubectls = async (): Promise<readonly string[]> => {
  const found = await findKubectl()
  if (found === undefined || !process.env.ALL_KUBECTLS) return found === undefined ? [] : [found]
  const folder = dirname(found)
  const others = (await readdir(folder)).filter((file) => Number(/^kubectl\.1\.(\d+)$/.exec(file)?.[1]) >= oldest)
  return others.length > 0 ? others.map((file) => join(folder, file)) : [found]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

let api: TestServer
let listener: HttpsListener
let dir: string

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'apiserver-kubectl-'))
  const authority = await openAuthority({ dir })
  const { cert, key } = await authority.client('admin', { name: 'admin', groups: [masters] })
  api = await startServer()
  listener = await serveHttps({
    servers: [{ prefix: '/clusters/a', server: api.server }],
    tls: { ca: authority.ca, ...(await authority.server()) },
  })
  const server = `${listener.url}/clusters/a`
  const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'a', cluster: { server, 'certificate-authority-data': base64(authority.ca) } }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'admin' } }],
    'current-context': 'a',
  }
  await writeFile(join(dir, 'kubeconfig'), JSON.stringify(config))
})
after(async () => {
  await listener.close()
  await api.close()
  await rm(dir, { recursive: true })
  assert.deepEqual(api.log.errors, [])
})

const environment = () => ({ ...process.env, KUBECONFIG: join(dir, 'kubeconfig'), HOME: dir })

/** Runs a command line; words are separated by single spaces. What it printed. */
const kubectlOf =
  (binary: string) =>
  async (line: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const { stdout } = await run(binary, line.split(' '), { env: { ...environment(), ...env }, timeout: 30_000 })
    return stdout
  }

const file = async (name: string, content: object): Promise<string> => {
  const path = join(dir, name)
  await writeFile(path, JSON.stringify(content))
  return path
}

const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] },
    },
  },
})

const settings = (data: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data,
})

/** What makes an object of most kinds. kubectl sends these in protobuf from 1.32 on. */
const makers = [
  'create namespace team',
  'create configmap colors --from-literal=color=red --from-literal=none=',
  'create secret generic token --from-literal=a=b',
  'create deployment web --image=nginx:1 --replicas=0 --port=80',
  'create service clusterip web --clusterip=None --tcp=80:8080',
  'create job once --image=busybox -- true',
  'create cronjob nightly --image=busybox --schedule=@daily -- true',
  'create serviceaccount bot',
  'create quota few --hard=cpu=1,memory=1Gi,pods=10',
  'create role reader --verb=get --resource=pods',
  'create rolebinding readers --role=reader --user=ann',
  'create clusterrole reader --verb=get,list --resource=deployments.apps',
  'create clusterrolebinding readers --clusterrole=reader --group=team',
  'create ingress front --rule=shop.example.com/*=web:80',
  'create priorityclass high --value=1000 --description=first',
  'create pdb web --selector=app=web --min-available=50%',
]

/** Where the kinds they make are. */
const collections: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Ingress: '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  PriorityClass: '/apis/scheduling.k8s.io/v1/priorityclasses',
}

const collectionOf = ({ apiVersion, kind }: Manifest): string =>
  collections[kind] ??
  `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/namespaces/default/${kind.toLowerCase()}s`

/** Without what is another each time, and without nulls and a status: kubectl prints zeros the server does not have. A Job tells its uid in many places. */
const lasting = (object: Manifest): object => {
  const text = JSON.stringify(object).replaceAll(object.metadata.uid ?? '', 'its-uid')
  const { metadata, status: _, ...rest } = JSON.parse(text, (_, value) => value ?? undefined) as Manifest
  const { creationTimestamp: __, managedFields: ___, ...others } = metadata
  return { ...rest, metadata: others }
}

for (const binary of await kubectls()) {
  const kubectl = kubectlOf(binary)

  suite(binary.slice(binary.lastIndexOf('/') + 1), () => {
    test('configuration is created, applied, read, edited, labelled and deleted', async () => {
      const path = await file('settings.json', settings({ color: 'red' }))
      assert.equal(await kubectl(`create -f ${path}`), 'configmap/settings created\n')
      await assert.rejects(kubectl(`create -f ${path}`), /AlreadyExists.*configmaps "settings" already exists/)
      await kubectl(`apply -f ${path}`)
      assert.equal(await kubectl(`apply -f ${path}`), 'configmap/settings unchanged\n')
      await file('settings.json', settings({ color: 'blue' }))
      assert.equal(await kubectl(`apply -f ${path}`), 'configmap/settings configured\n')
      assert.match(await kubectl('get cm settings -o yaml'), /color: blue/)
      await kubectl('label cm settings team=a')
      await kubectl('annotate cm settings note=b')
      assert.match(await kubectl('get cm -l team=a -o name'), /configmap\/settings/)
      assert.match(
        await kubectl('get cm --field-selector metadata.name=settings -o wide'),
        /NAME +DATA +AGE\nsettings +1 +\d+s\n/,
      )
      await kubectl('edit cm settings', { EDITOR: 'sed -i s/blue/green/' })
      assert.equal(await kubectl('get cm settings -o jsonpath={.data.color}'), 'green')
      assert.match(await kubectl('describe cm settings'), /color:\n----\ngreen\n/)
      assert.equal(await kubectl('delete cm settings'), 'configmap "settings" deleted\n')
      await assert.rejects(
        kubectl('get cm settings'),
        /Error from server \(NotFound\): configmaps "settings" not found/,
      )
    })

    for (const line of makers) {
      test(`${line}: the same as when it is sent as JSON`, async () => {
        const [first, ...command] = line.split(' -- ')
        const asked = (where: string) => kubectl([`${first} --dry-run=${where} -o json`, ...command].join(' -- '))
        const made = JSON.parse(await asked('server')) as Manifest
        const manifest = JSON.parse(await asked('client')) as Manifest
        const { code, body } = await api.ask('POST', `${collectionOf(manifest)}?dryRun=All`, manifest)
        assert.equal(code, 201, JSON.stringify(body))
        assert.deepEqual(lasting(made), lasting(body))
      })
    }

    test('a deployment is patched in all ways, scaled and waited for', async () => {
      await kubectl(`apply -f ${await file('web.json', deployment('nginx:1'))}`)
      assert.match(await kubectl('get deploy web'), /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/2 +0 +0 +\d+s\n/)
      await kubectl(
        'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}',
      )
      await kubectl('patch deploy web --type=merge -p {"spec":{"paused":true}}')
      await kubectl('patch deploy web --type=json -p [{"op":"replace","path":"/spec/replicas","value":4}]')
      const path =
        'jsonpath={.spec.template.spec.containers[0].image},{.spec.template.spec.containers[0].ports[0].containerPort},{.spec.paused},{.spec.replicas}'
      assert.equal(await kubectl(`get deploy web -o ${path}`), 'nginx:2,80,true,4')
      assert.equal(await kubectl('scale deploy web --replicas=3'), 'deployment.apps/web scaled\n')
      const waiting = kubectl('wait deploy/web --for=condition=Available --timeout=20s')
      await kubectl(
        'patch deploy web --subresource=status --type=merge -p {"status":{"conditions":[{"type":"Available","status":"True","reason":"Test","message":""}]}}',
      )
      assert.equal(await waiting, 'deployment.apps/web condition met\n')
      assert.match(await kubectl('describe deploy web'), /Replicas: +3 desired/)
      await assert.rejects(kubectl('patch deploy web --type=merge -p {"spec":{"replicas":"x"}}'), /replicas/)
      const deleted = kubectl('wait deploy/web --for=delete --timeout=20s')
      await kubectl('delete deploy web')
      await deleted
    })

    test('server-side apply has owners, and conflicts', async () => {
      const path = await file('settings.json', settings({ color: 'red' }))
      assert.equal(await kubectl(`apply --server-side -f ${path}`), 'configmap/settings serverside-applied\n')
      await kubectl('patch cm settings --type=merge -p {"data":{"color":"blue"}}')
      await assert.rejects(kubectl(`apply --server-side -f ${path}`), /conflict with "kubectl-patch".*\.data\.color/s)
      await kubectl(`apply --server-side --force-conflicts -f ${path}`)
      assert.equal(await kubectl('get cm settings -o jsonpath={.data.color}'), 'red')
      assert.match(
        await kubectl('get cm settings -o yaml --show-managed-fields'),
        /manager: kubectl\n +operation: Apply/,
      )
      await kubectl('delete cm settings')
    })

    test('a custom resource is defined, explained, listed, watched and refused', async () => {
      await kubectl(`apply -f ${await file('widgets.json', widgets)}`)
      await kubectl('wait --for=condition=established crd/widgets.example.com --timeout=10s')
      assert.match(await kubectl('api-resources --api-group=example.com'), /widgets +wd +example.com\/v1 +true +Widget/)
      assert.match(await kubectl('explain widget.spec.size'), /FIELD: size <integer>.*How big\./s)
      await kubectl(`create -f ${await file('one.json', widget('one', { size: 4 }))}`)
      assert.match(await kubectl('get wd'), /NAME +SIZE +READY +AGE\none +4 +\d+s\n/)
      await assert.rejects(
        kubectl(`create -f ${await file('bad.json', widget('bad', { size: 0 }))}`),
        /spec.size: Invalid value: 0/,
      )
      await assert.rejects(
        kubectl(`create -f ${await file('odd.json', widget('odd', { weight: 1 }))}`),
        /unknown field "spec.weight"/,
      )

      const watching = spawn(
        binary,
        ['get', 'wd', '-w', '--no-headers', '-o', 'custom-columns=N:.metadata.name,S:.spec.size'],
        { env: environment() },
      )
      const lines = createInterface(watching.stdout)[Symbol.asyncIterator]()
      assert.match(String((await lines.next()).value), /^one +4$/)
      await kubectl('scale wd one --replicas=6')
      assert.match(String((await lines.next()).value), /^one +6$/)
      watching.kill()
      await once(watching, 'exit')

      await kubectl('delete wd --all')
      await kubectl('delete crd widgets.example.com')
    })

    test('a namespace goes with what is in it', async () => {
      await kubectl(
        `create -f ${await file('ns.json', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })}`,
      )
      await kubectl(`create -n team -f ${await file('inside.json', { ...settings({}), metadata: { name: 'inside' } })}`)
      await kubectl('delete ns team --timeout=20s')
      await assert.rejects(kubectl('get ns team'), /NotFound/)
    })
  })
}
