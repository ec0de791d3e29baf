import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type Manifest, type PropagationPolicy, type ResourceSelector } from '@flotilla/sdk'
import { choosePolicy } from './priority.ts'

const template: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
}

const selecting = (rest: Partial<ResourceSelector>): ResourceSelector => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...rest,
})
const all = selecting({})
const byLabel = selecting({ labelSelector: { matchLabels: { app: 'web' } } })
const byName = selecting({ name: 'web' })

const policy = (name: string, selectors: readonly ResourceSelector[], priority?: number): PropagationPolicy => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name, namespace: 'shop' },
  spec: { resourceSelectors: selectors, ...(priority !== undefined && { priority }) },
})

const going = (given: PropagationPolicy): PropagationPolicy => ({
  ...given,
  metadata: { ...given.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
})

const cases: readonly (readonly [says: string, policies: readonly PropagationPolicy[], chosen: string | undefined])[] =
  [
    ['nobody claims when there is no policy', [], undefined],
    ['the higher priority wins over the narrower selector', [policy('a', [byName], 1), policy('b', [all], 2)], 'b'],
    ['no priority is priority 0', [policy('a', [all], -1), policy('b', [all])], 'b'],
    ['a name is narrower than a label', [policy('a', [byLabel]), policy('b', [byName])], 'b'],
    ['a label is narrower than nothing', [policy('a', [all]), policy('b', [byLabel])], 'b'],
    ['the narrowest selector of a policy counts', [policy('a', [byLabel]), policy('b', [all, byName])], 'b'],
    ['the lower name wins at last', [policy('b', [all]), policy('a', [all]), policy('c', [all])], 'a'],
    ['names are compared by code point', [policy('a1', [all]), policy('a-1', [all])], 'a-1'],
    ['a policy that is going away claims nothing', [going(policy('a', [byName], 9)), policy('b', [all])], 'b'],
  ]

for (const [says, policies, chosen] of cases) {
  test(says, () => assert.equal(choosePolicy(deepFreeze({ template, policies }))?.metadata.name, chosen))
}
