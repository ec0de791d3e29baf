import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { type Up, up } from '../up.ts'

const program = process.env.FLOTILLA_CLIENT_GO
const without = program ? false : 'FLOTILLA_CLIENT_GO is not set: test/assets/client-go/build prints what it should be'

const run = promisify(execFile)

describe('a program on client-go that sends protobuf', { skip: without }, () => {
  let fleet: Up
  before(async () => {
    fleet = await up({ members: 1 })
  })
  after(() => fleet.stop())

  test('does what it does on Kubernetes', async () => {
    const env = { ...process.env, KUBECONFIG: fleet.kubeconfig }
    const { stdout } = await run(program ?? '', [], { env, timeout: 120_000 })
    assert.deepEqual(stdout.trim().split('\n'), [
      'what is sent as protobuf is what is sent as JSON',
      'a deployment is created, updated and scaled',
      'it is deleted by its uid only',
      'an informer hears what happens',
      'server-side apply has owners and conflicts',
      'a definition is created and deleted',
    ])
  })
})
