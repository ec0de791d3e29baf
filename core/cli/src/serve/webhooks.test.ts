import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { openAuthority } from '@flotilla/apiserver'
import type { Ask } from '@flotilla/sdk'
import { serveWebhooks } from './webhooks.ts'

const nobody = {} as Ask // nothing is asked

test('an API server that keeps a connection on which it asked nothing does not delay the end', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'flotilla-webhooks-'))
  context.after(() => rm(dir, { recursive: true }))
  const server = await serveWebhooks(() => openAuthority({ dir }), { host: '127.0.0.1', port: 0 }, nobody)
  const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const begun = performance.now()
  await Promise.all([once(socket, 'close'), server[Symbol.asyncDispose]()])
  assert.ok(performance.now() - begun < 5_000, 'less than half the time that answers may take')
})
