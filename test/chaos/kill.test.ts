import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, httpTransport, loadKubeconfig } from '@flotilla/kube'
import { type Client, isAlreadyExists } from '@flotilla/sdk'
import { deployment, policy } from '../bench/workload.ts'
import { deploymentKind } from '../kinds.ts'
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
