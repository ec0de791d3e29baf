import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Registry, startRegistry } from '../registry.ts'
import { newDataDir, type Up, up } from '../up.ts'

const scoring = (cluster: string): string => `export const scheduleScore = () => ({ ${cluster}: 100 })\n`

/** Where only signed modules are run: signed, pushed and fetched as their authors and operators do it. */
describe('signed modules', () => {
  const home = newDataDir()
  const key = join(home, 'author.key')
  const file = (name: string): string => join(home, 'modules', name)
  let fleet: Up
  let k: Kubectl
  let registry: Registry

  const flotilla = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await run(...args)
    assert.equal(code, 0, err)
    return out
  }
  const write = (name: string, text: string): void => writeFileSync(file(name), text)
  const sign = async (name: string, by = key): Promise<string> => {
    await flotilla('plugin', 'sign', file(name), '--key', by)
    return readFileSync(`${file(name)}.sig`, 'utf8').trim()
  }
  const apply = (name: string, spec: object) =>
    k.run(
      ['apply', '-f', '-'],
      JSON.stringify({
        apiVersion: 'config.flotilla.dev/v1alpha1',
        kind: 'ResourceInterpreterModule',
        metadata: { name },
        spec: { runtime: 'javascript', ...spec },
      }),
    )
  const isReady = (name: string, reason: string, message = /./) =>
    eventually(async () => {
      const { status } = await k.json('rim', name)
      const ready: Json = status?.conditions?.find(({ type }: Json) => type === 'Ready') ?? {}
      assert.equal(ready.reason, reason, ready.message)
      assert.match(ready.message, message)
    })
  const isListed = async (name: string): Promise<boolean> => {
    const { out } = await run('plugin', 'list', '--kubeconfig', fleet.kubeconfig, '--point', 'schedule.score')
    return out.includes(`module/${name}`)
  }

  before(async () => {
    mkdirSync(join(home, 'modules'))
    registry = await startRegistry()
    await flotilla('plugin', 'sign', '--generate-key', '--key', key)
    await flotilla('plugin', 'sign', '--generate-key', '--key', `${key}.stranger`)
    const config = join(home, 'flotilla.yaml')
    const keys = [readFileSync(`${key}.pub`, 'utf8')]
    writeFileSync(config, JSON.stringify({ moduleDirectory: 'modules', moduleKeys: keys, requireSignedModules: true }))
    fleet = await up({ members: 0, args: ['--config', config] })
    k = kubectl(fleet.kubeconfig)
  })
  after(async () => {
    registry.close()
    assert.equal(await fleet.stop(), 0)
  })

  test('are refused without a signature, and with that of a stranger', async () => {
    write('inline.js', scoring('member1'))
    const source = { inline: scoring('member1') }
    const unsigned = await apply('inline', { source })
    assert.match(unsigned.err, /"inline" is invalid: spec\.signature: Required value: the config file demands one/)
    const forged = await apply('inline', { source, signature: await sign('inline.js', `${key}.stranger`) })
    assert.match(forged.err, /spec\.signature: Invalid value: .*: its signature is by none of the keys in moduleKeys/)
    assert.equal((await apply('inline', { source, signature: await sign('inline.js') })).code, 0)
    await isReady('inline', 'Loaded')
  })

  test('are read from files, anew when these change, and the one before goes on when nobody signed the new one', async () => {
    write('file.js', scoring('member1'))
    const signature = await sign('file.js')
    assert.equal((await apply('file', { source: { file: 'file.js' }, signature })).code, 0)
    await isReady('file', 'Loaded')
    write('file.js', scoring('member2'))
    await isReady('file', 'SignatureInvalid', /by none of the keys in moduleKeys; the program loaded before \([0-9a-f]{64}\) goes on/) // biome-ignore format: one call
    assert.ok(await isListed('file'))
    assert.equal((await apply('file', { source: { file: 'file.js' }, signature: await sign('file.js') })).code, 0)
    await isReady('file', 'Loaded')
  })

  test('are pushed with their signature and pulled by their digest', async () => {
    write('pushed.js', scoring('member1'))
    await sign('pushed.js')
    const out = await flotilla('plugin', 'push', file('pushed.js'), `oci://${registry.host}/guests/pushed:v1`)
    const [, image = ''] = /image: (\S+) }/.exec(out) ?? []
    const [, sha256 = ''] = /sha256: ([0-9a-f]{64})\n/.exec(out) ?? []
    assert.equal((await apply('pulled', { source: { oci: { image } }, sha256 })).code, 0)
    await isReady('pulled', 'Loaded', /^it answers schedule\.score$/)
    const { status } = await k.json('rim', 'pulled')
    assert.deepEqual([status.digest, status.functions], [sha256, ['scheduleScore']])
    registry.swap(`sha256:${sha256}`, Buffer.from(scoring('member9')))
    assert.equal((await apply('swapped', { source: { oci: { image } } })).code, 0)
    await isReady('swapped', 'FetchFailed', /127\.0\.0\.1:\d+ gave something else than sha256:[0-9a-f]{64}/)
  })
})
