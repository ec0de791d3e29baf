import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, httpTransport, loadKubeconfig } from '@flotilla/kube'
import { type Client, isAlreadyExists, type Manifest, resourceBindingKind, workKind } from '@flotilla/sdk'
import { deployment, policy } from '../bench/workload.ts'
import { deploymentKind, podKind } from '../kinds.ts'
import { eventually } from '../kubectl.ts'
import { newDataDir, type Up, up } from '../up.ts'

const policyKind = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  plural: 'propagationpolicies',
  scope: 'Namespaced',
} as const

const members = ['member1', 'member2']

const connect = async ({ kubeconfig }: Up, context: string): Promise<Client> =>
  createClient(httpTransport(await loadKubeconfig(kubeconfig, context)))

/** Creates workloads until the server is gone; adds the names that were acknowledged, and says when there are enough. */
async function write(client: Client, acknowledged: string[], prefix: string, enough: () => void): Promise<void> {
  for (let index = 0; ; index++) {
    const name = `${prefix}-${index}`
    try {
      await client.create(policyKind, policy(name, members, false))
      await client.create(deploymentKind, deployment(name, false))
      acknowledged.push(name)
      enough()
    } catch (cause) {
      if (!isAlreadyExists(cause)) return
    }
  }
}

/** Several writers at once; resolves when there are `count` more, with the others still writing. */
function writeSome(client: Client, acknowledged: string[], round: number, count: number): Promise<void> {
  const target = acknowledged.length + count
  const { promise, resolve } = Promise.withResolvers<void>()
  const enough = () => {
    if (acknowledged.length >= target) resolve()
  }
  for (let writer = 0; writer < 4; writer++) void write(client, acknowledged, `w-${round}-${writer}`, enough)
  return promise
}

interface Witness {
  readonly deployment: Manifest | undefined
  readonly pods: readonly (string | undefined)[]
}

/** A Deployment in a member, and the pods of it. */
async function witness(client: Client, name: string): Promise<Witness> {
  const deployment = await client.get(deploymentKind, { namespace: 'default', name })
  const { items } = await client.list(podKind, { namespace: 'default', labelSelector: `app=${name}` })
  return { deployment, pods: items.map(({ metadata }) => metadata.uid).sort() }
}

const readyIn = ({ deployment }: Witness): number =>
  (deployment?.status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0

test('kill -9 while policies change, and templates go, ends as it should; what nobody changed is not touched', async () => {
  const dataDir = newDataDir()
  const names = Array.from({ length: 12 }, (_, index) => `w-${index}`)
  const start = () => up({ members: members.length, dataDir })
  let flotilla = await start()
  const lines = () => Promise.all(members.map(async (member) => [member, await connect(flotilla, member)] as const))
  let control = await connect(flotilla, 'flotilla')
  for (const name of ['still', ...names]) {
    await control.create(policyKind, policy(name, members, false))
    await control.create(deploymentKind, deployment(name, false))
  }
  const seen = new Map<string, Witness>()
  for (const [member, client] of await lines()) {
    await eventually(async () => {
      seen.set(member, await witness(client, 'still'))
      assert.equal(readyIn(await witness(client, 'still')), 1)
    })
  }

  const moved = new Set<string>()
  const gone = new Set<string>()
  for (const [index, name] of names.entries()) {
    const body = { spec: policy(name, ['member1'], false).spec as object }
    const writes =
      index % 3 === 0
        ? control.delete(deploymentKind, { namespace: 'default', name }).then(() => gone.add(name))
        : control.patch(policyKind, { namespace: 'default', name }, { type: 'merge', body }).then(() => moved.add(name))
    await writes
    if (index % 6 !== 5) continue
    await flotilla.kill()
    flotilla = await start()
    control = await connect(flotilla, 'flotilla')
    for (const [member, client] of await lines()) {
      const now = await witness(client, 'still')
      assert.equal(readyIn(now), 1, `in ${member} nothing runs after a restart`)
      assert.deepEqual(now.pods, seen.get(member)?.pods)
      assert.equal(now.deployment?.metadata.generation, seen.get(member)?.deployment?.metadata.generation)
    }
  }

  try {
    await eventually(async () => {
      for (const [member, client] of await lines()) {
        const there = (await client.list(deploymentKind)).items.map(({ metadata }) => metadata.name).sort()
        const expected = names.filter((name) => !gone.has(name) && (member === 'member1' || !moved.has(name)))
        assert.deepEqual(there, ['still', ...expected].sort(), `in ${member}`)
      }
      const works = (await control.list(workKind)).items.filter(
        ({ spec }) => spec.workload?.manifests?.[0]?.kind === 'Deployment',
      )
      assert.equal(works.length, 2 + moved.size, 'one Work for each target, and no other')
      assert.equal((await control.list(resourceBindingKind)).items.length, 1 + moved.size)
    }, 60_000)
  } finally {
    await flotilla.stop()
  }
})

test('kill -9 at any moment loses nothing that was acknowledged, and the work is finished', async () => {
  const dataDir = newDataDir()
  const acknowledged: string[] = []
  for (const [round, count] of [1, 7, 23, 50].entries()) {
    const flotilla = await up({ members: members.length, dataDir })
    await writeSome(await connect(flotilla, 'flotilla'), acknowledged, round, count)
    await flotilla.kill()
  }

  const flotilla = await up({ members: members.length, dataDir })
  try {
    const control = await connect(flotilla, 'flotilla')
    const kept = new Set((await control.list(deploymentKind)).items.map(({ metadata }) => metadata.name))
    assert.deepEqual(
      acknowledged.filter((name) => !kept.has(name)),
      [],
      'acknowledged, and lost',
    )
    await eventually(async () => {
      for (const member of members) {
        const { items } = await (await connect(flotilla, member)).list(deploymentKind)
        const there = new Set(items.map(({ metadata }) => metadata.name))
        assert.deepEqual(
          acknowledged.filter((name) => !there.has(name)),
          [],
          `not in ${member}`,
        )
      }
      const { items } = await control.list(deploymentKind)
      const unfinished = items.filter(({ status }) => (status as { readyReplicas?: number })?.readyReplicas !== 2)
      assert.deepEqual(
        unfinished.map(({ metadata }) => metadata.name).filter((name) => acknowledged.includes(name)),
        [],
      )
    }, 60_000)
  } finally {
    await flotilla.stop()
  }
})
