import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { stranger } from '../certificate.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { newDataDir, type Up, up } from '../up.ts'

const guide = 'docs/guides/interpreter-webhook'
const readme = readFileSync(join(root, guide, 'README.md'), 'utf8')

/** The commands of the guide that begin with a word, taken apart as a shell does. */
const commands = (program: string): readonly (readonly string[])[] =>
  [...readme.matchAll(new RegExp(`^${program} (.*)$`, 'gm'))].map(([, line = '']) =>
    [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", '')),
  )

const [patience, name] = [60_000, 'workloads.interpreters.flotilla.dev']

/** The guide's server, with the certificate of a directory. */
async function serve(directory: string, port = '0'): Promise<{ readonly server: ChildProcess; readonly port: string }> {
  const server = spawn(process.execPath, [join(guide, 'server.ts')], {
    cwd: root,
    env: { ...process.env, PORT: port, TLS_DIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(server.stdout, 'data', { signal: AbortSignal.timeout(patience) })
  return { server, port: /:(\d+)\s*$/.exec(String(line))?.[1] ?? assert.fail(String(line)) }
}

/** A certificate of this machine's, as the guide makes one. */
async function certificate(): Promise<string> {
  const directory = newDataDir()
  const [args = []] = commands('openssl')
  await promisify(execFile)('openssl', args as string[], { cwd: directory })
  writeFileSync(join(directory, 'stranger.crt'), stranger)
  return directory
}

const conditions = async (k: Kubectl): Promise<string> =>
  ((await k.json('rb', 'web-workload')).status?.conditions ?? [])
    .map(({ type, status, message }: Json) => `${type}=${status}: ${message}`)
    .join('\n')

describe('the guide of interpreter webhooks', () => {
  let fleet: Up
  let k: Kubectl
  let server: ChildProcess
  let directory: string
  let port: string

  const stop = async () => {
    server.kill()
    await once(server, 'exit')
  }
  /** The guide's command, about the server that runs here. */
  const register = (...more: readonly string[]) => {
    const [words = []] = commands('flotilla')
    const here = words.map((word) => word.replace('8443', port).replace('tls.crt', join(directory, 'tls.crt')))
    return flotilla(...here, '--kubeconfig', fleet.kubeconfig, ...more)
  }
  const patch = (replicas: number) =>
    k('patch', 'workload', 'web', '--type', 'merge', '-p', JSON.stringify({ spec: { replicas } }))
  const replicas = async () =>
    ((await k.json('rb', 'web-workload')).spec.clusters ?? []).map(({ replicas }: Json) => replicas)

  before(async () => {
    directory = await certificate()
    ;({ server, port } = await serve(directory))
    fleet = await up({ members: 3 })
    k = kubectl(fleet.kubeconfig)
  })
  after(async () => {
    server.kill()
    await fleet.stop()
  })

  test('begins with a kind that all clusters have', async () => {
    const [first = []] = commands('kubectl')
    await k(...first)
    for (const member of ['member1', 'member2', 'member3'])
      await eventually(() => k('get', 'workloads', '--context', member), patience)
  })

  const wrong: Readonly<Record<string, readonly [words: () => readonly string[], message: RegExp]>> = {
    'is not there': [
      () => ['--url', 'https://localhost:1/'],
      /not registered: https:\/\/localhost:1\/ did not answer: nothing listens there/,
    ],
    'is somebody else': [
      () => ['--ca-file', join(directory, 'stranger.crt')],
      /not registered: .* did not answer: its certificate is signed by no authority that is trusted here/,
    ],
    'answers elsewhere': [
      () => ['--url', `https://localhost:${port}/elsewhere`],
      /not registered: it answered with 404: /,
    ],
    'is asked without TLS': [
      () => ['--no-probe', '--url', 'http://localhost/'],
      /Invalid: .*webhooks\[0\]\.clientConfig\.url: .*https/,
    ],
  }
  for (const [who, [words, message]] of Object.entries(wrong)) {
    test(`registers no webhook that ${who}`, async () => {
      const { code, out, err } = await register(...words())
      assert.equal(code, 1, out)
      assert.match(err, message)
      assert.equal(await k('get', 'resourceinterpreterwebhookconfigurations', '-o', 'name'), '')
    })
  }

  test('shows the configuration without writing it', async () => {
    const { code, out, err } = await register('--dry-run', '-o', 'yaml')
    assert.equal(code, 0, err)
    assert.match(err, /✓ webhook asked https:.*\n✓ configuration workloads written \(new, not really: --dry-run\)/)
    const written = readFileSync(join(root, guide, 'configuration.yaml'), 'utf8').replace('8443', port)
    const shown = parse(out)
    const { caBundle, ...clientConfig } = shown.webhooks[0].clientConfig
    assert.equal(Buffer.from(caBundle, 'base64').toString(), readFileSync(join(directory, 'tls.crt'), 'utf8'))
    assert.deepEqual(
      { ...shown, webhooks: [{ ...shown.webhooks[0], clientConfig: { ...clientConfig, caBundle: null } }] },
      parse(written),
    )
    assert.equal(await k('get', 'resourceinterpreterwebhookconfigurations', '-o', 'name'), '')
  })

  test('knows where a Service is', async () => {
    const words = ['--kinds', 'v1/Pod', '--operations', '*', '--no-probe', '--dry-run', '-o', 'json']
    const at = ['--service', 'ops/hooks:8443/interpret', '--kubeconfig', fleet.kubeconfig]
    const { out } = await flotilla('plugin', 'register-webhook', 'shop', ...at, ...words)
    const service = { namespace: 'ops', name: 'hooks', port: 8443, path: '/interpret' }
    assert.deepEqual(JSON.parse(out).webhooks[0].clientConfig, { service })
  })

  test('registers the webhook, and once is enough', async () => {
    for (const written of ['new', 'as it was']) {
      const { code, out, err } = await register()
      assert.equal(code, 0, err)
      assert.match(out, new RegExp(`✓ configuration workloads written \\(${written}\\)`))
    }
    const points = JSON.parse(await k('get', '--raw', '/points'))
    assert.match(JSON.stringify(points), new RegExp(`workloads/${name}.*workload.example.io/v1alpha1 Workload`))
  })

  test('divides replicas, and takes along what they read', async () => {
    const [, apply = [], binding = [], inMember = [], settings = []] = commands('kubectl')
    await k(...apply)
    await eventually(async () => assert.equal(await k(...binding), '6 100m: 2 2 2'), patience)
    await eventually(async () => assert.equal(await k(...inMember), '2'), patience)
    await eventually(async () => assert.equal(await k(...settings), 'green'), patience)
  })

  test('sums up what clusters say, and knows who is well', async () => {
    const [, , , , , ready = [], health = [], sum = []] = commands('kubectl')
    await k(...ready)
    await eventually(async () => assert.equal(await k(...health), 'Healthy'), patience)
    await eventually(async () => assert.equal(await k(...sum), '2'), patience)
    await k('patch', 'workload', 'web', '--context', 'member2', '--subresource', 'status', '--type', 'merge', '-p', '{"status":{"readyReplicas":1,"noise":"x"}}') // biome-ignore format: one command
    await eventually(async () => {
      const items = (await k.json('rb', 'web-workload')).status.aggregatedStatus
      const second = items.find(({ clusterName }: Json) => clusterName === 'member2')
      assert.deepEqual([second.health, second.status], ['Unhealthy', { readyReplicas: 1 }])
    }, patience)
    await eventually(async () => assert.equal(await k(...sum), '3'), patience)
  })

  test('leaves to a cluster what is the cluster’s', async () => {
    const paused = (member: string) => k('get', 'workload', 'web', '--context', member, '-o', 'jsonpath={.spec.paused}')
    await k('patch', 'workload', 'web', '--context', 'member1', '--type', 'merge', '-p', '{"spec":{"paused":true}}')
    await k('patch', 'workload', 'web', '--type', 'merge', '-p', '{"spec":{"template":{"more":true}}}')
    for (const member of ['member1', 'member2'])
      await eventually(async () => {
        const more = await k('get', 'workload', 'web', '--context', member, '-o', 'jsonpath={.spec.template.more}')
        assert.deepEqual([more, await paused(member)], ['true', member === 'member1' ? 'true' : ''])
      }, patience)
  })

  test('says on the binding which webhook is down, at what, and why', async () => {
    await stop()
    await patch(9)
    await eventually(async () => {
      const said = await conditions(k)
      assert.match(said, new RegExp(`PolicyApplied=False: .*webhook ${name} of ResourceInterpreterWebhookConfiguration workloads did not answer InterpretReplica of Workload default/web as it should: https://localhost:\\d+/interpret did not answer: nothing listens there`)) // biome-ignore format: one message
    }, patience)
    assert.match(
      await k('get', '--raw', '/metrics'),
      new RegExp(`flotilla_plugin_duration_seconds_count\\{.*plugin="workloads/${name}".*result="error"`),
    )
  })

  test('goes on when it is back', async () => {
    ;({ server } = await serve(directory, port))
    await eventually(async () => assert.deepEqual(await replicas(), [3, 3, 3]), patience)
    await eventually(async () => assert.doesNotMatch(await conditions(k), /PolicyApplied=False/), patience)
    await eventually(async () => {
      for (const member of ['member1', 'member2', 'member3'])
        assert.equal(await k('get', 'workload', 'web', '--context', member, '-o', 'jsonpath={.spec.replicas}'), '3')
    }, patience)
  })

  test('is over when the configuration has gone', async () => {
    await k('delete', 'resourceinterpreterwebhookconfiguration', 'workloads')
    await patch(12)
    await eventually(async () => assert.equal((await k.json('rb', 'web-workload')).spec.replicas, undefined), patience)
  })
})
