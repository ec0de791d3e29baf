import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
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

/** Creates workloads one after the other until the server is gone; adds the names that were acknowledged. */
async function write(client: Client, acknowledged: string[], round: number): Promise<void> {
  for (let index = 0; ; index++) {
    const name = `w-${round}-${index}`
    try {
      await client.create(policyKind, policy(name, members, false))
      await client.create(deploymentKind, deployment(name, false))
      acknowledged.push(name)
    } catch (cause) {
      if (!isAlreadyExists(cause)) return
    }
  }
}

test('kill -9 at any moment loses nothing that was acknowledged, and the work is finished', async () => {
  const dataDir = newDataDir()
  const acknowledged: string[] = []
  const moments = [40, 170, 330, 610] // milliseconds of writing before each kill
  for (const [round, moment] of moments.entries()) {
    const flotilla = await up({ members: members.length, dataDir })
    const writing = write(await connect(flotilla, 'flotilla'), acknowledged, round)
    await sleep(moment)
    await flotilla.kill()
    await writing
  }
  assert.ok(acknowledged.length > 10, `only ${acknowledged.length} writes were acknowledged: the test shows nothing`)

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
