import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flotilla } from '../flotilla.ts'
import { asking, type Question } from '../https.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { newDataDir, type Up, up } from '../up.ts'

describe('a server', () => {
  let fleet: Up
  let ask: ReturnType<typeof asking>
  before(async () => {
    fleet = await up({ members: 1 })
    ask = asking(fleet.kubeconfig)
    const { code, err } = await kubectl(fleet.kubeconfig).run(['apply', '-f', 'docs/samples/web'])
    assert.equal(code, 0, err)
  })
  after(() => fleet.stop())

  test('says to everyone how it is, and to nobody else more', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/livez/ping', '/members/member1/readyz']) {
      const { status, text } = await ask(path, { anonymous: true })
      assert.deepEqual([path, status, text], [path, 200, 'ok'])
    }
    assert.equal((await ask('/version', { anonymous: true })).status, 200)
    for (const path of ['/metrics', '/api', '/apis', '/openapi/v2', '/api/v1/secrets', '/members/member1/api']) {
      const { status, body } = await ask(path, { anonymous: true })
      assert.deepEqual([path, status, body.kind, body.reason], [path, 403, 'Status', 'Forbidden'])
      const claimed = await ask(path, { anonymous: true, headers: { authorization: 'Bearer guessed' } })
      assert.equal(claimed.status, 401)
    }
  })

  test('exposes no metric that is not documented', async () => {
    const { status, type, text } = await ask('/metrics')
    assert.equal(status, 200)
    assert.match(type ?? '', /^text\/plain/)
    const documented = readFileSync(join(root, 'docs/metrics.md'), 'utf8')
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
    const own = names.filter((name) => !/^(nodejs|process)_/.test(name))
    assert.ok(own.length > 20, own.join(' '))
    assert.deepEqual(
      own.filter((name) => !documented.includes(`| \`${name}\` |`)),
      [],
    )
  })

  const configMaps = '/api/v1/namespaces/default/configmaps'
  const policies = '/apis/policy.karmada.io/v1alpha1/namespaces/default/propagationpolicies'
  const web = '/apis/apps/v1/namespaces/default/deployments/web'
  const json = (method: string, body: string): Question => ({ method, body, type: 'application/json' })
  const patch = (type: string, body: string): Question => ({ method: 'PATCH', type: `application/${type}`, body })
  const policy = (spec: string): Question =>
    json(
      'POST',
      `{"apiVersion":"policy.karmada.io/v1alpha1","kind":"PropagationPolicy","metadata":{"name":"p"},"spec":${spec}}`,
    )

  const wrong: Readonly<Record<string, readonly [path: string, question: Question, code: number]>> = {
    'JSON that is none': [configMaps, json('POST', '{"kind":'), 400],
    'YAML that is none': [configMaps, { method: 'POST', body: 'kind: [', type: 'application/yaml' }, 400],
    'a list where an object belongs': [configMaps, json('POST', '[]'), 400],
    nothing: [configMaps, json('POST', ''), 400],
    'JSON without a floor': [configMaps, json('POST', `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`), 400],
    'another language': [configMaps, { method: 'POST', body: '<a/>', type: 'text/xml' }, 415],
    'a policy of a list': [policies, policy('[]'), 422],
    'a policy with a selector that is a word': [policies, policy('{"resourceSelectors":"all"}'), 422],
    'a policy with a selector that is null': [policies, policy('{"resourceSelectors":[null]}'), 422],
    'a policy with a number as placement': [
      policies,
      policy('{"resourceSelectors":[{"apiVersion":"v1","kind":"ConfigMap"}],"placement":7}'),
      422,
    ],
    'replicas in words': [web, patch('merge-patch+json', '{"spec":{"replicas":"two"}}'), 422],
    'replicas in words, as JSON patch': [
      web,
      patch('json-patch+json', '[{"op":"replace","path":"/spec/replicas","value":"two"}]'),
      422,
    ],
    'replicas in words, applied': [
      `${web}?fieldManager=me&force=true`,
      patch(
        'apply-patch+yaml',
        '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: two}}',
      ),
      400,
    ],
    'a JSON patch that is none': [web, patch('json-patch+json', '{}'), 400],
    'a JSON patch to nowhere': [web, patch('json-patch+json', '[{"op":"remove","path":"/spec/nothing"}]'), 422],
    'a merge patch that is none': [web, patch('merge-patch+json', '[]'), 400],
    'a strategic patch without its key': [
      web,
      patch('strategic-merge-patch+json', '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}'),
      400,
    ],
    'an apply patch that is none': [`${web}?fieldManager=me`, patch('apply-patch+yaml', 'a: ['), 400],
    'a status in words': [`${web}/status`, patch('merge-patch+json', '{"status":"fine"}'), 422],
    'a scale in words': [`${web}/scale`, patch('merge-patch+json', '{"spec":{"replicas":"two"}}'), 422],
    'a deletion in words': [web, json('DELETE', '{"gracePeriodSeconds":"soon"}'), 400],
    'a selector that is none': [`${configMaps}?labelSelector=a+in+(`, {}, 400],
    'a path that is none': [`${configMaps}/%zz`, {}, 400],
  }
  for (const [name, [path, question, code]] of Object.entries(wrong)) {
    test(`answers ${code} to ${name}`, async () => {
      const { status, body, text } = await ask(path, question)
      assert.deepEqual([status, body?.kind, body?.status, body?.code], [code, 'Status', 'Failure', code], text)
      assert.ok(body.message)
    })
  }
})

/** A start that has to fail: what it said in one line. */
async function failure(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await flotilla('up', '--port', '0', ...args)
  assert.deepEqual([code, out], [1, ''], err)
  assert.equal(err.trim().split('\n').length, 1, err)
  return err
}

describe('a start', () => {
  test('on a directory in use is refused, and leaves it as it is', async () => {
    const fleet = await up({ members: 1 })
    const files = () => readdirSync(fleet.dataDir).sort()
    const before = files()
    const said = await failure('--data-dir', fleet.dataDir, '--members', '3')
    assert.ok(said.includes(fleet.dataDir), said)
    assert.match(said, /another process has it open/)
    assert.deepEqual(files(), before)
    assert.equal(await kubectl(fleet.kubeconfig)('get', '--raw', '/readyz'), 'ok')
    assert.equal(await fleet.stop(), 0)
  })

  test('on a port in use is refused', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as { port: number }
    const said = await failure('--data-dir', newDataDir(), '--port', String(port))
    assert.match(said, new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use.*--port`))
    squatter.close()
  })

  test('that cannot write its kubeconfig ends', async () => {
    const said = await failure('--data-dir', newDataDir(), '--members', '1', '--kubeconfig', '/dev/null/kubeconfig')
    assert.match(said, /kubeconfig cannot be written: .*\/dev\/null/)
  })

  test('that is interrupted before it is ready ends well', async () => {
    const args = ['core/cli/bin/flotilla.js', 'up', '--port', '0', '--data-dir', newDataDir()]
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const database = join(args.at(-1) ?? '', 'flotilla.db')
    await eventually(async () => readFileSync(database)) // it listens to signals before that
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
  })
})

describe('a restart', () => {
  let k: Kubectl

  const finished = () =>
    eventually(async () => {
      const { status } = await k.json('deployment', 'web')
      assert.equal(status?.readyReplicas, 6)
      assert.equal(status?.observedGeneration, 1)
      const { status: bound } = await k.json('rb', 'web-deployment')
      assert.ok(bound.conditions.find((each: Json) => each.type === 'FullyApplied' && each.status === 'True'))
    })

  /** What must be the same afterwards: who it is, what is wanted of it, and that nobody wrote it again. */
  const identities = async (...kinds: readonly string[]) => {
    const { items } = await k.json(kinds.join(','), '-A')
    return items.map(({ kind, metadata }: Json) => [kind, metadata.name, metadata.uid, metadata.resourceVersion])
  }

  test('goes on where the last run was, with its members, and writes nothing anew', async () => {
    const first = await up()
    k = kubectl(first.kubeconfig)
    await k('apply', '-f', 'docs/samples/web')
    await finished()
    const settled = await eventually(async () => {
      const once = await identities('works', 'rb', 'deployments', 'propagationpolicies')
      assert.deepEqual(await identities('works', 'rb', 'deployments', 'propagationpolicies'), once)
      return once
    })
    const inMember = async () => (await k.json('--context', 'member2', 'deployment', 'web')).metadata
    const { uid, resourceVersion } = await inMember()
    assert.equal(await first.stop(), 0)

    const second = await up({ dataDir: first.dataDir }) // without --members
    await finished()
    const { items } = await k.json('clusters')
    assert.deepEqual(
      items.map(({ metadata }: Json) => metadata.name),
      ['member1', 'member2', 'member3'],
    )
    assert.deepEqual(await identities('works', 'rb', 'deployments', 'propagationpolicies'), settled)
    assert.deepEqual([(await inMember()).uid, (await inMember()).resourceVersion], [uid, resourceVersion])

    await k('scale', 'deployment', 'web', '--replicas=12')
    await eventually(async () => assert.equal((await k.json('deployment', 'web')).status.readyReplicas, 12))
    assert.equal(await second.stop('SIGTERM'), 0)
  })
})
