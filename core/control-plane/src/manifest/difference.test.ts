import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Difference, differences } from './difference.ts'

describe('two objects differ', () => {
  const cases: Readonly<Record<string, readonly [desired: unknown, observed: unknown, ...found: Difference[]]>> = {
    'not at all': [{ a: [{ name: 'x', b: 1 }] }, { a: [{ b: 1, name: 'x' }] }],
    'in a value': [
      { spec: { replicas: 3 } },
      { spec: { replicas: 2 } },
      { path: 'spec.replicas', desired: 3, observed: 2 },
    ],
    'in a key that is not there': [
      { spec: { paused: true } },
      { spec: {} },
      { path: 'spec.paused', desired: true, observed: undefined },
    ],
    'in a key that should not be there': [
      { spec: {} },
      { spec: { paused: true } },
      { path: 'spec.paused', desired: undefined, observed: true },
    ],
    'in a key that is no word': [
      { metadata: { labels: { 'app.kubernetes.io/name': 'web' } } },
      { metadata: { labels: {} } },
      { path: 'metadata.labels[app.kubernetes.io/name]', desired: 'web', observed: undefined },
    ],
    'in an element with a name, wherever it stands': [
      { containers: [{ name: 'web', image: 'a' }, { name: 'log' }] },
      { containers: [{ name: 'log' }, { name: 'web', image: 'b' }] },
      { path: 'containers[name=web].image', desired: 'a', observed: 'b' },
    ],
    'in an element without one': [
      { ports: [{ port: 80 }, { port: 81 }] },
      { ports: [{ port: 80 }] },
      { path: 'ports[1]', desired: { port: 81 }, observed: undefined },
    ],
    'in a list of values': [
      { args: ['-a', '-b'] },
      { args: ['-a'] },
      { path: 'args', desired: ['-a', '-b'], observed: ['-a'] },
    ],
    'in their nature': [{ data: 'x' }, { data: { a: 1 } }, { path: 'data', desired: 'x', observed: { a: 1 } }],
    'in everything': [{}, undefined, { path: '', desired: {}, observed: undefined }],
  }
  for (const [name, [desired, observed, ...found]] of Object.entries(cases))
    test(name, () => assert.deepEqual(differences(desired, observed), found))

  test('in two elements of one name: by position', () => {
    const [found] = differences([{ name: 'a', x: 1 }, { name: 'a' }], [{ name: 'a', x: 2 }, { name: 'a' }])
    assert.equal(found?.path, '[0].x')
  })
})
