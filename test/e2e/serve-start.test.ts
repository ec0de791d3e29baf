import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../root.ts'

test('who is told to end while an API server does not answer ends at once', { timeout: 60_000 }, async (context) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-start-'))
  const { port } = silent.address() as AddressInfo // it listens on a port
  const kubeconfig = join(dir, 'kubeconfig')
  const name = 'silent'
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name, cluster: { server: `http://127.0.0.1:${port}` } }],
      contexts: [{ name, context: { cluster: name } }],
      'current-context': name,
    }),
  )
  const asked = once(silent, 'connection')
  const none = ['--health-probe-bind-address', '0', '--metrics-bind-address', '0']
  const child = spawn(process.execPath, ['core/cli/bin/flotilla.js', 'serve', '--kubeconfig', kubeconfig, ...none], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const exited = once(child, 'exit')
  context.after(() => {
    child.kill('SIGKILL')
    silent.close()
    rmSync(dir, { recursive: true })
  })
  const [socket] = await asked
  const told = performance.now()
  child.kill('SIGTERM')
  const [code] = await exited
  socket.destroy()
  assert.equal(code, 1)
  assert.ok(performance.now() - told < 8000, said) // a request may take longer
  assert.match(said, /it was told to end before it was ready/)
})
