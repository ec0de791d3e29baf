import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Pod } from '../api/pod.ts'
import { connect } from './port.ts'

const pod = (phase: 'Running' | 'Pending'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] }],
  },
  status: { phase },
})

test('who listens on a port says who it is', async () => {
  const connection = connect(pod('Running'), 80)
  connection.write('GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  assert.match(
    await text(connection),
    /^HTTP\/1.1 200 .*simulated: port 80 of pod default\/web was asked to GET \/hello/s,
  )
})

test('a port that no container has refuses', () => {
  for (const port of [81, 53]) assert.throws(() => connect(pod('Running'), port), /connection refused/)
})

test('a pod that does not run refuses', () => {
  assert.throws(() => connect(pod('Pending'), 80), /pod web is not running/)
})
