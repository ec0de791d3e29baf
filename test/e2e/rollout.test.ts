import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFleet } from '@flotilla/cli'
import { createLog, readConfig } from '@flotilla/core'
import { createClient, httpTransport, loadKubeconfig } from '@flotilla/kube'
import {
  type Client,
  type Kind,
  type Manifest,
  type PropagationPolicy,
  propagationPolicyKind,
  resourceBindingKind,
  workKind,
} from '@flotilla/sdk'
import { deploymentKind } from '../kinds.ts'
import { eventually } from '../kubectl.ts'
import { newDataDir } from '../up.ts'

const members = ['member1', 'member2', 'member3']
const key = { namespace: 'default', name: 'web' }

const policy: PropagationPolicy = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: key,
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
    placement: { clusterAffinity: { clusterNames: members } }, // a copy in each
  },
}

const web = (image: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: key,
  spec: {
    replicas: 100,
    selector: { matchLabels: { app: 'web' } },
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } }, // many small steps
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
})

/** Counts the changes of each object of a kind from now on. */
async function counting(
  client: Client,
  kind: Kind<unknown>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const { resourceVersion } = await client.list(kind)
  const follow = async () => {
    for await (const event of client.watch(kind, { resourceVersion, signal })) {
      if (event.type !== 'MODIFIED') continue
      const { namespace, name } = (event.object as Manifest).metadata
      const text = `${kind.plural} ${namespace}/${name}`
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
  }
  follow().catch((cause) => {
    if (!signal.aborted) throw cause
  })
  return counts
}

interface Counts {
  readonly status?: {
    readonly observedGeneration?: number
    readonly updatedReplicas?: number
    readonly availableReplicas?: number
  }
}

test('a rollout of 300 pods costs each object two status writes a second', async (t) => {
  const life = new AbortController()
  const log = createLog({ level: 'error' })
  const fleet = await startFleet({ members: 3, dataDir: newDataDir(), port: 0, config: readConfig(), version: '0.1.0', log }) // biome-ignore format: one call
  try {
    await fleet.ready
    const { client } = fleet
    const isDone = async () => {
      const template = await client.get(deploymentKind, key)
      const { status = {} } = template as Counts
      assert.equal(status.observedGeneration, template?.metadata.generation)
      assert.equal(status.updatedReplicas, 300)
      assert.equal(status.availableReplicas, 300)
    }
    await client.create(propagationPolicyKind, policy)
    await client.create(deploymentKind, web('web:1'))
    await eventually(isDone, 60_000)

    const inMembers = await Promise.all(
      members.map(async (name) => createClient(httpTransport(await loadKubeconfig(fleet.kubeconfig, name)))),
    )
    const steps = await Promise.all(inMembers.map((each) => counting(each, deploymentKind, life.signal)))
    const counts = await Promise.all(
      [deploymentKind, resourceBindingKind, workKind].map((kind) => counting(client, kind, life.signal)),
    )
    const begun = performance.now()
    const body = { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:2' }] } } } }
    await client.patch(deploymentKind, key, { type: 'strategic', body })
    await eventually(isDone, 120_000)
    const seconds = (performance.now() - begun) / 1000

    const written = counts
      .flatMap((each) => [...each])
      .filter(([text]) => !text.includes('karmada-es') || text.includes('web'))
    const said = steps.flatMap((each) => [...each.values()])
    t.diagnostic(
      `${seconds.toFixed(1)} s; members' Deployments changed ${said.join(', ')} times; ${written.map((each) => each.join(': ')).join('; ')}`,
    )
    for (const [text, count] of written) {
      // the burst and the rate; and the template's own edit, the binding's and the Work's
      assert.ok(count <= 3 + 2 * seconds + 3, `${text} was written ${count} times in ${seconds} s`)
    }
  } finally {
    life.abort()
    await fleet.stop()
  }
})
