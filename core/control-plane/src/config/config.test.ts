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
`)
  const config = readConfigFile(path)
  assert.equal(config.clusterStatusUpdateFrequency, 90_000)
  assert.deepEqual(config.plugins, [{ name: 'flotilla-plugin-cost' }, { name: './local.js', options: { limit: 3 } }])
  assert.ok(path.startsWith(config.directory))
})

describe('what does not fit is named with its field', () => {
  const cases: Record<string, { said: string; message: RegExp }> = {
    'an unknown setting': { said: 'colour: red', message: /there is no setting "colour"/ },
    'a duration without a unit': { said: 'pluginTimeout: "10"', message: /config pluginTimeout: / },
    'a level that is none': { said: 'logLevel: loud', message: /config logLevel: must be one of debug, info/ },
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
