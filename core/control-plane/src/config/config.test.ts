import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FlotillaError } from '@flotilla/sdk'
import { milliseconds, readConfig, readConfigFile } from './config.ts'

const file = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'flotilla.yaml')
  writeFileSync(path, text)
  return path
}

test('nothing said means the defaults', () => {
  const config = readConfig()
  assert.equal(config.clusterFailureThreshold, 30_000)
  assert.equal(config.schedulerName, 'default-scheduler')
  assert.deepEqual(config.skippedPropagatingNamespaces, ['kube-.*'])
  assert.deepEqual(config.plugins, [])
})

test('a file says what differs, in YAML', () => {
  const path = file(`
apiVersion: config.flotilla.dev/v1alpha1
kind: Configuration
clusterStatusUpdateFrequency: 1m30s
plugins:
  - flotilla-plugin-cost
  - { name: ./local.js, options: { limit: 3 } }
  - { name: slow, timeout: 1m, failurePolicy: ignore, circuitBreaker: { failures: 3, openFor: 5s, counts: all } }
`)
  const config = readConfigFile(path)
  assert.equal(config.clusterStatusUpdateFrequency, 90_000)
  assert.deepEqual(config.plugins, [
    { name: 'flotilla-plugin-cost' },
    { name: './local.js', options: { limit: 3 } },
    {
      name: 'slow',
      timeout: 60_000,
      failurePolicy: 'ignore',
      circuitBreaker: { failures: 3, openFor: 5000, counts: 'all' },
    },
  ])
  assert.ok(path.startsWith(config.directory))
})

describe('what does not fit is named with its field', () => {
  const cases: Record<string, { said: string; message: RegExp }> = {
    'an unknown setting': { said: 'colour: red', message: /there is no setting "colour"/ },
    'a duration without a unit': { said: 'pluginTimeout: "10"', message: /config pluginTimeout: / },
    'a level that is none': { said: 'logLevel: loud', message: /config logLevel: must be one of debug, info/ },
    'a timeout of nothing': {
      said: 'plugins: [{ name: a, timeout: 0s }]',
      message: /config plugins\.0\.timeout: must be a duration such as 10s, and longer than none/,
    },
    'a failure policy that is none': {
      said: 'plugins: [{ name: a, failurePolicy: maybe }]',
      message: /config plugins\.0\.failurePolicy: must be one of fail, ignore/,
    },
    'a circuit breaker with an absurd number': {
      said: 'plugins: [{ name: a, circuitBreaker: { failures: -1 } }]',
      message: /config plugins\.0\.circuitBreaker\.failures: must be >= 0/,
    },
    'a word a plugin does not have': {
      said: 'plugins: [{ name: a, retries: 3 }]',
      message: /config plugins\.0: there is no setting "retries"/,
    },
    'a plugin without a name': { said: 'plugins: [{ options: {} }]', message: /config plugins\.0/ },
    'another kind of file': { said: 'kind: Deployment', message: /config kind: / },
    'not an object': { said: '[]', message: /config \(file\)/ },
    'not YAML': { said: 'a: [', message: /cannot be read/ },
  }
  for (const [name, { said, message }] of Object.entries(cases)) {
    test(name, () => {
      assert.throws(
        () => readConfigFile(file(said)),
        (error) => error instanceof FlotillaError && error.code === 'CONFIG_INVALID' && message.test(error.message),
      )
    })
  }
  test('a file that is not there', () => {
    assert.throws(() => readConfigFile('/nowhere/flotilla.yaml'), { code: 'CONFIG_INVALID', message: /ENOENT/ })
  })
})

test('durations', () => {
  assert.deepEqual(['10s', '500ms', '1m30s', '1.5h'].map(milliseconds), [10_000, 500, 90_000, 5_400_000])
})
