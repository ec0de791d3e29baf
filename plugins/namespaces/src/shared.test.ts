import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifest } from '@flotilla/sdk/testing'
import { isShared, skipping } from './shared.ts'

type Words = Parameters<typeof manifest>[2]

const skips = skipping(['kube-.*', 'team'])

const cases: Readonly<Record<string, readonly [words: Words, shared: boolean]>> = {
  'a namespace is in every cluster': [{ name: 'shop' }, true],
  'every cluster has a default of its own': [{ name: 'default' }, false],
  'those of the control plane stay': [{ name: 'karmada-system' }, false],
  'those of secrets stay': [{ name: 'karmada-cluster' }, false],
  'those of Works stay': [{ name: 'karmada-es-member1' }, false],
  'those that are skipped stay': [{ name: 'kube-public' }, false],
  'an expression matches the whole name': [{ name: 'team-a' }, true],
  'those on their way out stay': [{ name: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' }, false],
  'those whose owner says so stay': [
    { name: 'shop', labels: { 'namespace.karmada.io/skip-auto-propagation': 'TRUE' } },
    false,
  ],
  'saying no says nothing': [{ name: 'shop', labels: { 'namespace.karmada.io/skip-auto-propagation': 'false' } }, true],
  'those of a policy go where it says': [
    {
      name: 'shop',
      labels: { 'clusterpropagationpolicy.karmada.io/permanent-id': 'id-1' },
      annotations: { 'clusterpropagationpolicy.karmada.io/name': 'namespaces' },
    },
    false,
  ],
  'half a claim is none': [
    { name: 'shop', labels: { 'clusterpropagationpolicy.karmada.io/permanent-id': 'id-1' } },
    true,
  ],
}

for (const [name, [words, shared]] of Object.entries(cases))
  test(name, () => assert.equal(isShared(manifest('v1', 'Namespace', words), skips), shared))

test('an expression that cannot be read is named', () =>
  assert.throws(() => skipping(['(']), { code: 'CONFIG_INVALID', message: /skippedPropagatingNamespaces/ }))
