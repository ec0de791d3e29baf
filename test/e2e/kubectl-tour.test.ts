import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createApiServer, masters, memoryStorage, openAuthority, serveHttps } from '@flotilla/apiserver'
import { stringify } from 'yaml'
import { type Kubectl, kubectl } from '../kubectl.ts'

/** The kubectl that is meant, and every version that lies beside it: `kubectl.1.27`. */
function binaries(): readonly string[] {
  const meant = process.env.KUBECTL ?? 'kubectl'
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => resolve(folder, meant))
    .find(existsSync)
  if (!found) return [meant] // it will say itself that it is not there
  const folder = dirname(realpathSync(found))
  const beside = readdirSync(folder).filter((name) => /^kubectl\.1\.\d+$/.test(name))
  return beside.length > 0 ? beside.toSorted().map((name) => join(folder, name)) : [meant]
}

const manifest = (replicas: number): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'applied', labels: { app: 'applied' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'applied' } },
      template: { metadata: { labels: { app: 'applied' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    },
  })

/** What people do in a namespace, in this order: words, between spaces. */
const commands: readonly string[] = [
  'api-resources',
  'api-versions',
  'explain deployment.spec --recursive',
  'create deployment web --image=nginx --replicas=2',
  'create configmap settings --from-literal=a=b',
  'create secret generic hidden --from-literal=a=b',
  'create serviceaccount robot',
  'create role reader --verb=get,list --resource=pods',
  'create rolebinding readers --role=reader --serviceaccount=default:robot',
  'create job once --image=busybox -- true',
  'create cronjob often --image=busybox --schedule=@hourly -- true',
  'create job now --from=cronjob/often',
  'create ingress front --rule=a.example/b=web:80',
  'create poddisruptionbudget calm --selector=app=web --min-available=1',
  'create quota much --hard=pods=100',
  'create service clusterip inside --tcp=80',
  'create service nodeport outside --tcp=80',
  'create service externalname far --external-name=far.example',
  'create token robot',
  'run one --image=nginx --labels=run=one --port=80',
  'expose deployment web --port=80 --target-port=8080',
  'autoscale deployment web --min=1 --max=3',
  'scale deployment web --replicas=3',
  'set image deployment/web nginx=nginx:2',
  'set env deployment/web A=B',
  'set resources deployment/web --limits=cpu=1',
  'set serviceaccount deployment web robot',
  'set selector service/inside app=web',
  'rollout restart deployment/web',
  'rollout pause deployment/web',
  'rollout resume deployment/web',
  'rollout history deployment/web',
  'label deployment web x=y',
  'label deployment web x=z --overwrite',
  'annotate deployment web x=y',
  'patch deployment web -p {"spec":{"replicas":1}}',
  'patch deployment web --type=merge -p {"spec":{"replicas":2}}',
  'patch deployment web --type=json -p [{"op":"replace","path":"/spec/replicas","value":3}]',
  'patch deployment web --subresource=status --type=merge -p {"status":{"replicas":3}}',
  'wait --for=jsonpath={.spec.replicas}=3 deployment/web --timeout=20s',
  'apply -f FILE',
  'apply -f FILE',
  'diff -f FILE',
  'apply --server-side --force-conflicts -f FILE',
  'apply view-last-applied -f FILE',
  'apply --dry-run=server -f FILE',
  'replace -f FILE',
  'replace --force -f FILE',
  'edit deployment applied',
  'get all',
  'get deployments,services -o wide',
  'get deployments -o yaml --show-managed-fields',
  'get deployments -l app=web --show-labels -L app',
  'get configmaps -A --chunk-size=1 --sort-by=.metadata.name',
  'get configmaps -o custom-columns=NAME:.metadata.name',
  'get pods --field-selector=metadata.name=one -o jsonpath={.items[0].spec.containers[0].image}',
  'get --raw /readyz?verbose',
  'describe deployment web',
  'describe pod one',
  'describe service web',
  'describe horizontalpodautoscaler web',
  'describe ingress front',
  'describe cronjob often',
  'describe quota much',
  'auth can-i create pods',
  'auth can-i --list',
  'apply -k FOLDER',
  'delete -k FOLDER',
  'events',
  'delete deployment web --cascade=orphan',
  'delete pod one --grace-period=0 --force',
  'delete services --all',
  'delete jobs --field-selector=metadata.name=once',
  'delete -f FILE',
]

/** What versions do in ways of their own: the rest is only done with the newest. */
const various =
  /^(api-resources|explain|create deployment|run|autoscale|patch|apply -f|apply --server-side|diff|edit|get all|get deployments|describe deployment|auth|delete -f)/

/** And of what is in no namespace. `NAME` is theirs alone. */
const wide: readonly string[] = [
  'taint node NAME a=b:NoSchedule',
  'taint node NAME a-',
  'cordon NAME',
  'drain NAME --ignore-daemonsets',
  'uncordon NAME',
  'create clusterrole NAME --verb=get --resource=nodes',
  'create clusterrolebinding NAME --clusterrole=NAME --user=jane',
  'create priorityclass NAME --value=5',
  'delete node,clusterrole,clusterrolebinding,priorityclass NAME',
]

describe('kubectl on an embedded server', { concurrency: 2 }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-tour-'))
  let kubeconfigOf: (namespace: string) => string

  before(async () => {
    const log = { debug() {}, info() {}, warn() {}, error: assert.fail, with: () => log }
    const authority = await openAuthority({ dir: join(dir, 'pki') })
    const access = { authority, tokenKey: await authority.key('tokens') }
    const server = await createApiServer({ name: 'tour', storage: memoryStorage(), log, access })
    open.defer(() => server.close())
    const tls = { ca: authority.ca, ...(await authority.server()) }
    const listener = await serveHttps({ servers: [{ prefix: '/', server }], tls })
    open.defer(() => listener.close())
    const { cert, key } = await authority.client('admin', { name: 'admin', groups: [masters] })
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
    const cluster = { server: listener.url, 'certificate-authority-data': base64(authority.ca) }
    kubeconfigOf = (namespace) => {
      const context = { cluster: 'tour', user: 'tour', namespace }
      const file = join(dir, `${namespace}.kubeconfig`)
      const document = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'tour',
        clusters: [{ name: 'tour', cluster }],
        contexts: [{ name: 'tour', context }],
        users: [{ name: 'tour', user }],
      }
      writeFileSync(file, stringify(document), { mode: 0o600 })
      return file
    }
  })
  after(() => open.disposeAsync())

  for (const [index, binary] of binaries().entries())
    test(`does with ${basename(binary)} what people do`, async () => {
      const name = basename(binary).replaceAll('.', '-')
      const folder = join(dir, name)
      mkdirSync(folder)
      const [file, editor] = [join(folder, 'applied.json'), join(folder, 'editor')]
      writeFileSync(file, manifest(2))
      writeFileSync(join(folder, 'kustomization.yaml'), 'resources: [applied.json]\nnamePrefix: k-\n')
      writeFileSync(editor, `#!/bin/sh\nsed -i 's/replicas: 2/replicas: 5/' "$1"\n`, { mode: 0o700 })
      const k: Kubectl = kubectl(kubeconfigOf(name), binary)
      const say = async (command: string): Promise<void> => {
        const filled = command.replaceAll('FILE', file).replaceAll('FOLDER', folder).replaceAll('NAME', name)
        const words = ['--cache-dir', join(folder, 'cache'), ...filled.split(' ')]
        const { code, err } = await k.run(words, undefined, { KUBE_EDITOR: editor })
        assert.equal(code, 0, `${command}: ${err}`)
      }
      await say('create namespace NAME')
      const isNewest = index === binaries().length - 1
      for (const command of commands) if (isNewest || various.test(command)) await say(command)
      if (!isNewest) return
      const node = JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
      assert.equal((await k.run(['apply', '-f', '-'], node)).code, 0)
      for (const command of wide) await say(command)
      await say('delete namespace NAME --timeout=30s')
    })
})
