import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startAnswering } from '@flotilla/cli'
import { createLog, readConfig } from '@flotilla/core'
import {
  type Ask,
  interpret,
  type Manifest,
  type ResourceInterpreterModuleSpec,
  resourceInterpreterModuleKind,
} from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'

const open = new AsyncDisposableStack()
after(() => open.disposeAsync())

const machine = { config: readConfig(), log: createLog({ level: 'silent' }), version: '0.1.0' }

/** Modules in a control plane, as a user has them. */
const answering = (spec: Partial<ResourceInterpreterModuleSpec>): Promise<Ask> => {
  const { apiVersion, kind } = resourceInterpreterModuleKind
  const targets = [{ apiVersion: 'apps/v1', kind: 'Deployment' }]
  const manifest: Manifest = { apiVersion, kind, metadata: { name: 'guest' }, spec: { runtime: 'javascript', targets, ...spec } } // biome-ignore format: one object
  return startAnswering(open, { objects: [{ manifest, from: 'a test' }], plugins: [] }, machine)
}

const web = deployment({ name: 'web', replicas: 3 })
const health = async (ask: Ask): Promise<unknown> => ask(interpret.health, { manifest: web })

const scripted = (body: string, limits: ResourceInterpreterModuleSpec['limits'] = {}) =>
  answering({ source: { inline: `export function interpretHealth({ manifest }) { ${body} }` }, limits })

describe('what a module may not do ends in its own name, at its point', () => {
  const named = 'plugin module/guest failed at interpret\\.health: module/guest '
  const bad: Readonly<Record<string, readonly [body: string, says: string]>> = {
    'to throw': ["throw new Error('no')", `${named}failed in interpretHealth: .*no`],
    'never to come back': ['for (;;);', `${named}did not come back from interpretHealth within 300 ms`],
    'to call itself for ever': [
      'const f = () => f() + 1; return f()',
      `${named}failed in interpretHealth: .*call stack`,
    ],
    'to hold all there is': ["const all = []; for (;;) all.push(new Array(1e6).fill(all.length))", `${named}(needed more than its 64 MiB|did not come back)`], // biome-ignore format: one case
    'to say more than anyone reads': ["return 'x'.repeat(3e6)", `${named}gave more than the 2048 KiB`],
    'to reach others': ["return fetch('https://example.com')", `${named}failed in interpretHealth: .*fetch is not defined`], // biome-ignore format: one case
    'to read files': ["return process.getBuiltinModule('fs')", `${named}failed in interpretHealth: .*process is not defined`], // biome-ignore format: one case
    'to answer what cannot be': ["return 'fine'", 'plugin module/guest gave interpret\\.health an answer that cannot be: "fine"'], // biome-ignore format: one case
    'to hold itself': ['const a = {}; a.a = a; return a', `${named}failed in interpretHealth: .*contains itself`],
  }
  for (const [name, [body, says]] of Object.entries(bad)) {
    test(name, async () => {
      const ask = await scripted(body, { timeout: '300ms' })
      await assert.rejects(health(ask), (error: Error) => {
        assert.match(error.message, new RegExp(`^${says}`, 'i'))
        return true
      })
      assert.equal(await ask(interpret.health, { manifest: { ...web, kind: 'DaemonSet' } }), undefined)
    })
  }
  test('to change what others are', async () => {
    const ask = await scripted("Object.prototype.polluted = 1; manifest.spec.replicas = 99; return 'Healthy'")
    assert.equal(await health(ask), 'Healthy')
    assert.equal(({} as { readonly polluted?: number }).polluted, undefined)
    assert.equal((web.spec as { readonly replicas: number }).replicas, 3)
  })
})

test('a module that fails again and again is left alone, and says what it failed with', async () => {
  const ask = await scripted("throw new Error('out of order')")
  for (let round = 0; round < 5; round++) await assert.rejects(health(ask), { code: 'PLUGIN_FAILED' })
  await assert.rejects(health(ask), {
    code: 'PLUGIN_CIRCUIT_OPEN',
    message: /^plugin module\/guest is not asked interpret\.health for a while, .*; the last time: .*out of order/,
  })
})

test('a module that cannot be pulled says why', async () => {
  const image = `localhost:1/guests/health@sha256:${'0'.repeat(64)}`
  await assert.rejects(
    answering({ source: { oci: { image } } }),
    /the program of module guest cannot be had from localhost:1\/guests\/health@sha256:0+: .*nothing listens there/,
  )
})
