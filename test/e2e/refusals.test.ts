import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const policy = (name: string, spec: object): string =>
  JSON.stringify({
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name },
    spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'lost' }], ...spec },
  })

describe('input that is wrong', () => {
  let flotilla: Up
  let k: Kubectl
  before(async () => {
    flotilla = await up({ members: 1 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(() => flotilla.stop())

  const refused: Record<string, { input: string; says: RegExp }> = {
    'a policy that cannot work': {
      input: policy('upside-down', {
        placement: { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 3, maxGroups: 2 }] },
      }),
      says: /spec\.placement\.spreadConstraints\[0\]/,
    },
    'a policy with a field of the wrong type': {
      input: policy('typed', { priority: 'high' }),
      says: /spec\.priority/,
    },
    'a policy without selectors': {
      input: policy('empty', { resourceSelectors: [] }),
      says: /spec\.resourceSelectors/,
    },
    'a field nobody knows': { input: policy('unknown', { placements: {} }), says: /unknown field "spec\.placements"/ },
    'something that is not YAML': { input: 'kind: [', says: /error/ },
  }
  for (const [name, { input, says }] of Object.entries(refused)) {
    test(`${name} is refused`, async () => {
      const { code, err } = await k.run(['apply', '-f', '-'], input)
      assert.equal(code, 1)
      assert.match(err, says)
    })
  }

  test('a policy naming a cluster that does not exist shows in the binding', async () => {
    await k.run(
      ['create', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lost' } }),
    )
    await k.run(
      ['apply', '-f', '-'],
      policy('lost', { placement: { clusterAffinity: { clusterNames: ['atlantis'] } } }),
    )
    await eventually(async () => {
      const { status } = await k.json('rb', 'lost-configmap')
      const scheduled = status.conditions.find((each: Json) => each.type === 'Scheduled')
      assert.equal(scheduled.status, 'False')
      assert.match(scheduled.message, /atlantis/)
    })
  })
})
