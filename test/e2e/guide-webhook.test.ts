import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { newDataDir, type Up, up } from '../up.ts'

const guide = 'docs/guides/scheduler-webhook'

/** The guide's server, on a port that is free. */
async function carbon(): Promise<{ readonly server: ChildProcess; readonly port: number }> {
  const server = spawn(process.execPath, [join(guide, 'server.ts')], {
    cwd: root,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(server.stdout, 'data', { signal: AbortSignal.timeout(60_000) })
  return { server, port: Number(/port: (\d+)/.exec(String(line))?.[1]) }
}

/** The guide's config file, with another port, more patience on a busy machine, and what it says of failures. */
function config(port: number, failurePolicy: string): string {
  const file = join(newDataDir(), 'flotilla.yaml')
  const text = readFileSync(join(root, guide, 'flotilla.yaml'), 'utf8')
  writeFileSync(file, text.replace('8444', String(port)).replace('2s', '30s').replace('ignore', failurePolicy))
  return file
}

/** The commands of the guide that are for kubectl. */
const commands = [...readFileSync(join(root, guide, 'README.md'), 'utf8').matchAll(/^kubectl (.*)$/gm)].map(
  ([, line = '']) => line.replaceAll("'", '').split(' '),
)

const targets = async (k: Kubectl, name: string): Promise<readonly string[]> =>
  ((await k.json('rb', name)).spec.clusters ?? []).map((each: Json) => each.name)

const said = async (k: Kubectl, name: string): Promise<string> =>
  (await k.json('rb', name)).status?.conditions?.find((each: Json) => each.type === 'Scheduled')?.message ?? ''

/** A ConfigMap and a policy of its own, as the guide's. */
const another = (name: string, schedulerName?: string): string => {
  const text = readFileSync(join(root, guide, 'policy.yaml'), 'utf8')
  const named = text.replaceAll('night-job', name).replace('name: green', `name: ${name}`)
  return schedulerName ? named : named.replace('  schedulerName: green\n', '')
}

for (const failurePolicy of ['ignore', 'fail']) {
  describe(`the webhook of the guide, when failures ${failurePolicy === 'fail' ? 'fail' : 'are ignored'}`, () => {
    let fleet: Up
    let k: Kubectl
    let server: ChildProcess

    const apply = async (text: string) => assert.equal((await k.run(['apply', '-f', '-'], text)).code, 0)

    before(async () => {
      const started = await carbon()
      server = started.server
      fleet = await up({ args: ['--config', config(started.port, failurePolicy)] })
      k = kubectl(fleet.kubeconfig)
    })
    after(async () => {
      server.kill()
      await fleet.stop()
    })

    test('sends what goes by it where the electricity is clean', async () => {
      const look = commands.at(-1) ?? []
      for (const words of commands.slice(0, -1)) await k(...words)
      await eventually(async () => assert.equal(await k(...look), 'member3'))
    })
    test('keeps it from a cluster on coal, and says so', async () => {
      for (const name of ['member2', 'member3'])
        await k('label', 'cluster', name, 'carbon-intensity=900', '--overwrite')
      await apply(another('day-job', 'green'))
      await eventually(async () =>
        assert.match(
          await said(k, 'day-job-configmap'),
          /0\/3 clusters are available: 3 cluster\(s\) ran on 900 g CO2/,
        ),
      )
    })
    test('has no say in what does not', async () => {
      await apply(another('coal-job'))
      await eventually(async () => assert.equal((await targets(k, 'coal-job-configmap')).length, 1))
    })
    test('that has gone', async () => {
      server.kill()
      await once(server, 'exit')
      await apply(another('blind-job', 'green'))
      if (failurePolicy === 'ignore')
        return eventually(async () => assert.equal((await targets(k, 'blind-job-configmap')).length, 1))
      await eventually(async () => {
        const words = await said(k, 'blind-job-configmap')
        assert.match(
          words,
          /plugin carbon (failed at schedule\.filter: http:\S+ did not answer|is not asked schedule\.filter)/,
        )
        assert.match(words, /failurePolicy: ignore/)
      })
      await apply(another('other-job')) // and the queue goes on
      await eventually(async () => assert.equal((await targets(k, 'other-job-configmap')).length, 1))
      const metrics = await k('get', '--raw', '/metrics')
      assert.match(
        metrics,
        /karmada_scheduler_plugin_execution_duration_seconds_count\{.*plugin="carbon",extension_point="Filter",result="error"/,
      )
      assert.match(
        metrics,
        /karmada_scheduler_framework_extension_point_duration_seconds_count\{.*extension_point="Filter",result="error"/,
      )
    })
  })
}
