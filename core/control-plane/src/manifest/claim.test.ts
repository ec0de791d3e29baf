import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { annotation, type Kind, keyOf, label, type Manifest } from '@flotilla/sdk'
import { clusterPolicy, deployment, fakeClient, Objects, policy } from '@flotilla/sdk/testing'
import { claimBy, claimIndex, claimOf, claimPatch, withClaim } from './claim.ts'

const namespaced = { policy: { namespace: 'default', name: 'policy' }, id: 'id-1' }
const clusterWide = { policy: { name: 'wide' }, id: 'id-2' }
const byNamespaced = {
  labels: { [label.propagationPolicyId]: 'id-1' },
  annotations: { [annotation.propagationPolicyNamespace]: 'default', [annotation.propagationPolicyName]: 'policy' },
}
const byClusterWide = {
  labels: { [label.clusterPropagationPolicyId]: 'id-2' },
  annotations: { [annotation.clusterPropagationPolicyName]: 'wide' },
}
const own = { labels: { app: 'web' }, annotations: { note: 'mine' } }

/** What a server makes of a template and a claim's patch. */
const deploymentKind: Kind = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', scope: 'Namespaced' }
const patched = (object: Manifest, body: object = {}): Promise<Manifest> =>
  fakeClient(new Objects([object])).patch(deploymentKind, keyOf(object), { type: 'merge', body })

describe('a claim', () => {
  test('says what its policy writes', () => {
    assert.deepEqual(claimBy(policy({ labels: { [label.propagationPolicyId]: 'id-1' } })), namespaced)
    const labels = { [label.clusterPropagationPolicyId]: 'id-2' }
    assert.deepEqual(claimBy(clusterPolicy({ name: 'wide', labels })), clusterWide)
  })
  test('waits for the permanent id of its policy', () => assert.equal(claimBy(policy()), undefined))
  test('is read from labels and annotations', () => {
    assert.deepEqual(claimOf(deployment(byNamespaced)), namespaced)
    assert.deepEqual(claimOf(deployment(byClusterWide)), clusterWide)
  })
  test('is none when half of it is missing', () => {
    assert.equal(claimOf(deployment({ labels: byNamespaced.labels })), undefined)
    assert.equal(claimOf(deployment({ annotations: byClusterWide.annotations })), undefined)
    assert.equal(claimOf(deployment()), undefined)
  })
  test('is found by its id', () => {
    assert.deepEqual([...claimIndex.values(deployment(byNamespaced))], ['id-1'])
    assert.deepEqual([...claimIndex.values(deployment(byClusterWide))], ['id-2'])
    assert.deepEqual([...claimIndex.values(deployment(own))], [])
  })
})

describe('a patch of a claim', () => {
  const free = deployment(own)
  const cases: Record<
    string,
    { on: Manifest; claim?: typeof namespaced | typeof clusterWide; says: object | undefined }
  > = {
    'claims what is free': { on: free, claim: namespaced, says: { metadata: byNamespaced } },
    'is nothing when the claim stands': { on: deployment(byNamespaced), claim: namespaced, says: undefined },
    'is nothing when there is none to clear': { on: free, says: undefined },
    'follows a policy made again under its name': {
      on: deployment(byNamespaced),
      claim: { ...namespaced, id: 'id-9' },
      says: { metadata: { labels: { [label.propagationPolicyId]: 'id-9' } } },
    },
    'clears half a claim': {
      on: deployment({ labels: byClusterWide.labels }),
      says: { metadata: { labels: { [label.clusterPropagationPolicyId]: null } } },
    },
  }
  for (const [name, { on, claim, says }] of Object.entries(cases))
    test(name, () => assert.deepEqual(claimPatch(on, claim), says))

  test('moves a template from one scope to the other and leaves all else', async () => {
    const wide = deployment({ ...withClaim(own, clusterWide) })
    assert.deepEqual(claimOf(wide), clusterWide)
    const moved = await patched(wide, claimPatch(wide, namespaced))
    assert.deepEqual(moved.metadata.labels, { ...own.labels, ...byNamespaced.labels })
    assert.deepEqual(moved.metadata.annotations, { ...own.annotations, ...byNamespaced.annotations })
    const freed = await patched(moved, claimPatch(moved, undefined))
    assert.deepEqual([freed.metadata.labels, freed.metadata.annotations], [own.labels, own.annotations])
  })
})
