import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CommandOverrider, deepFreeze, type Manifest } from '@flotilla/sdk'
import { overrideArgs } from './args.ts'
import { overrideCommands } from './command.ts'

const cluster = { apiVersion: '', kind: 'Cluster', metadata: { name: 'member1' }, spec: { syncMode: 'Push' } } as const

const pod = (container: object): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'side', command: ['s'], args: ['s'] }, container] } } },
})

const cases: readonly [
  string,
  CommandOverrider[],
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
][] = [
  ['adds at the end', [{ containerName: 'web', operator: 'add', value: ['c', 'a'] }], ['a', 'b'], ['a', 'b', 'c', 'a']],
  ['adds where there was nothing', [{ containerName: 'web', operator: 'add', value: ['a'] }], undefined, ['a']],
  ['removes all that is equal', [{ containerName: 'web', operator: 'remove', value: ['a'] }], ['a', 'b', 'a'], ['b']],
  ['leaves no empty list', [{ containerName: 'web', operator: 'remove', value: ['a'] }], ['a'], undefined],
  ['removes nothing from nothing', [{ containerName: 'web', operator: 'remove', value: ['a'] }], undefined, undefined],
  [
    'does one after the other',
    [
      { containerName: 'web', operator: 'remove', value: ['a'] },
      { containerName: 'web', operator: 'add', value: ['b', 'a'] },
    ],
    ['a'],
    ['b', 'a'],
  ],
  ['leaves other containers alone', [{ containerName: 'none', operator: 'add', value: ['a'] }], ['a'], ['a']],
  ['takes no value for no words', [{ containerName: 'web', operator: 'add' }], ['a'], ['a']],
]
for (const [name, overriders, before, after] of cases)
  for (const [field, key, apply] of [
    ['command', 'commandOverrider', overrideCommands],
    ['args', 'argsOverrider', overrideArgs],
  ] as const)
    test(`${field}: ${name}`, () => {
      const manifest = pod(before ? { name: 'web', [field]: before } : { name: 'web' })
      const answer = apply(deepFreeze({ manifest, cluster, overriders: { [key]: overriders } })) ?? manifest
      assert.deepEqual(answer, pod(after ? { name: 'web', [field]: after } : { name: 'web' }))
    })
