import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createControlPlane, createLog, readConfig } from '@flotilla/core'
import { createAnswers, Ledger } from '@flotilla/estimator/server'
import { createShards, httpTransport } from '@flotilla/kube'
import { createResponder, keepZone, ServiceZone } from '@flotilla/mcs/dns'
import { preset } from '@flotilla/preset'
import { clusterKind, type MetricOptions, type Metrics } from '@flotilla/sdk'
import { fakeHost, Objects } from '@flotilla/sdk/testing'
import { root } from '../root.ts'

/** Every metric that a control plane with all built-in plugins, an estimator or a DNS server asks for: name, type, labels, meaning. */
async function registered(): Promise<readonly string[]> {
  const rows = new Map<string, string>()
  const note =
    <T>(type: string, metric: T) =>
    ({ name, help, labels = [] }: MetricOptions): T => {
      const words = labels.map((label) => `\`${label}\``).join(', ')
      rows.set(name, `| \`${name}\` | ${type} | ${words || '-'} | ${help.replace(/\.$/, '')} |`)
      return metric
    }
  const metrics: Metrics = {
    counter: note('counter', { add: () => undefined }),
    gauge: note('gauge', { set: () => undefined, forget: () => undefined }),
    histogram: note('histogram', { observe: () => undefined }),
  }
  const life = new AbortController()
  const controlPlane = createControlPlane({
    client: fakeHost().client,
    config: readConfig(),
    plugins: preset.map((plugin) => ({ plugin })),
    log: createLog({ level: 'silent' }),
    metrics,
    signal: life.signal,
    version: '0.1.0',
  })
  const running = controlPlane.run()
  const nothing = new Objects().store(clusterKind) as never // no estimate is asked for
  const ledger = new Ledger({ nodes: nothing, pods: nothing, quotas: nothing })
  createAnswers({ cluster: 'any', ledger, client: fakeHost().client, metrics })
  const options = { domain: 'any', ttl: 5, negativeTtl: 5, now: () => new Date(), metrics }
  const zone = new ServiceZone(options)
  void keepZone(zone, { imports: nothing, slices: nothing, services: nothing }, options)
  createResponder({ zone, metrics })
  const { client, log } = fakeHost()
  createShards({ client, namespace: 'any', name: 'any', identity: 'any', shards: 2, log, metrics })
  await httpTransport({ server: 'https://127.0.0.1:1', metrics }).close()
  life.abort()
  await running
  return [...rows.values()].sort()
}

test('every metric is documented as it is, and nothing else is', async () => {
  const text = readFileSync(join(root, 'docs/metrics.md'), 'utf8')
  const documented = text.split('\n').filter((line) => line.startsWith('| `'))
  assert.deepEqual(documented.sort(), await registered())
})
