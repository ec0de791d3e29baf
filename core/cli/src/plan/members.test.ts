import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type Cluster, errors, member, Registry } from '@flotilla/sdk'
import { cluster, fakeHost } from '@flotilla/sdk/testing'
import { Members, neighbours, type Reached } from './members.ts'

const identity = { server: 'https://control:6443/base', token: 'mine' }

/** Whether the identity of the kubeconfig would be shown to a cluster. */
async function isAsked(spec: Partial<Cluster['spec']>): Promise<boolean> {
  const registry = new Registry()
  for (const each of neighbours(identity).extensions?.(fakeHost()) ?? []) registry.add(each)
  const known = cluster({ name: 'paris' })
  const asked = { cluster: { ...known, spec: { ...known.spec, ...spec } }, signal: new AbortController().signal }
  return (await registry.ask(member.connect, asked)) !== undefined
}

const shownTo: Readonly<Record<string, readonly [spec: Partial<Cluster['spec']>, is: boolean]>> = {
  'the very server it is for': [{ apiEndpoint: 'https://control:6443/members/paris' }, true],
  'no other host': [{ apiEndpoint: 'https://elsewhere:6443/members/paris' }, false],
  'no other port': [{ apiEndpoint: 'https://control:7443/members/paris' }, false],
  'nobody without encryption': [{ apiEndpoint: 'http://control:6443/members/paris' }, false],
  'no cluster with credentials of its own': [
    { apiEndpoint: 'https://control:6443/members/paris', secretRef: { namespace: 'a', name: 'b' } },
    false,
  ],
  'no proxy': [{ apiEndpoint: 'https://control:6443/members/paris', proxyURL: 'http://proxy' }, false],
  'no cluster without an address': [{ apiEndpoint: '' }, false],
  'nobody whose address is none': [{ apiEndpoint: 'control:6443' }, false],
}
for (const [name, [spec, is]] of Object.entries(shownTo)) {
  test(`the identity of the kubeconfig is shown to ${name}`, async () => assert.equal(await isAsked(spec), is))
}

const reached = { name: 'paris' } as Reached // nobody asks it anything here

test('a member is connected once, and asked as often as there are questions', async () => {
  let connections = 0
  const members = new Members(async () => {
    connections++
    return reached
  })
  const answers = await Promise.all([1, 2, 3].map((number) => members.ask('paris', async () => number)))
  assert.deepEqual(answers, [1, 2, 3])
  assert.equal(connections, 1)
})

test('a member that does not answer is not asked again; one that refuses is', async () => {
  const members = new Members(async () => reached)
  let asked = 0
  const ask = (error: Error) =>
    members.ask('paris', async () => {
      asked++
      throw error
    })
  const refusal = new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 422 })
  await assert.rejects(ask(refusal), refusal)
  const lost = errors.SERVER_UNREACHABLE('cluster paris', new Error('too slow'))
  await assert.rejects(ask(lost), lost)
  await assert.rejects(ask(refusal), lost)
  assert.equal(asked, 2)
})
