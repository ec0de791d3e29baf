import assert from 'node:assert/strict'
import { ApiError, type Cluster, clusterKind, findCondition, type Manifest, type Work, workKind } from '@flotilla/sdk'
import { deployment, work } from '@flotilla/sdk/testing'
import { deploymentKind } from '../../extension/machine.test-support.ts'
import { type Fleet, type FleetOptions, testFleet } from '../../member/fleet.test-support.ts'
import { applyControllers } from './controller.ts'

export const at = { namespace: 'default', name: 'web' }
export const key = (cluster: string) => ({ namespace: `karmada-es-${cluster}`, name: 'web-x' })
const finalizers = ['karmada.io/execution-controller']

/** By what an object in a member says that it is of its Work. */
export const traces = (cluster: string) => ({
  'work.karmada.io/namespace': key(cluster).namespace,
  'work.karmada.io/name': key(cluster).name,
})

/** A Deployment as rendering leaves it in a Work. */
export const desired = (
  cluster: string,
  replicas = 1,
  annotations: Readonly<Record<string, string>> = {},
): Manifest => ({
  ...deployment({ labels: { 'karmada.io/managed': 'true' }, annotations: { ...traces(cluster), ...annotations } }),
  spec: { replicas },
})

export const workFor = (cluster: string, manifest = desired(cluster), rest: Partial<Work['spec']> = {}): Work => ({
  ...work({ ...key(cluster), finalizers, generation: 1 }),
  spec: { workload: { manifests: [manifest] }, ...rest },
})

/** A member's refusal. */
export const refusal = (code: number, reason: string, message: string, details = {}): ApiError =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, reason, message, details })

/** The apply stage over a fleet in memory, and what a test asks of it. */
export class Scene {
  readonly fleet: Fleet

  /** Begins with an empty control plane, so that what comes is heard of, or with what is there already. */
  static async start(options: Partial<FleetOptions> = {}): Promise<Scene> {
    const scene = new Scene({ members: { member1: [] }, ...options })
    if (!options.objects) await scene.fleet.machine.quiet()
    return scene
  }

  private constructor(options: FleetOptions) {
    this.fleet = testFleet(options)
    this.fleet.machine.run(applyControllers(this.fleet.machine))
  }

  get machine(): Fleet['machine'] {
    return this.fleet.machine
  }

  member(cluster = 'member1') {
    return this.fleet.member(cluster)
  }

  held(cluster = 'member1'): Manifest | undefined {
    return this.member(cluster).objects.get(deploymentKind, at)
  }

  replicas(cluster = 'member1'): number | undefined {
    return (this.held(cluster)?.spec as { replicas?: number } | undefined)?.replicas
  }

  /** Somebody in the member changes what is there. */
  edit(change: (there: Manifest) => Manifest, cluster = 'member1'): void {
    const there = this.held(cluster)
    assert.ok(there)
    this.member(cluster).objects.put(change(there))
  }

  work(cluster = 'member1'): Work | undefined {
    return this.machine.objects.get(workKind, key(cluster)) as Work | undefined
  }

  condition(type: string, cluster = 'member1') {
    return findCondition(this.work(cluster)?.status?.conditions, type)
  }

  async applied(cluster = 'member1'): Promise<void> {
    await this.machine.until(() => this.condition('Applied', cluster)?.status === 'True')
    await this.machine.quiet()
  }

  /** What was written to a member so far. */
  writesTo(cluster = 'member1'): readonly string[] {
    return this.member(cluster).writes.map(({ verb, what }) => `${verb} ${what}`)
  }

  statusWrites(): number {
    return this.machine.writes.filter(({ what }) => what.startsWith('works/status')).length
  }

  /** Events of a reason: what about, and in which words. */
  events(reason: string): readonly { readonly about: string; readonly message: string }[] {
    return this.machine.events
      .filter((event) => event.reason === reason)
      .map(({ about, message }) => ({ about, message }))
  }

  /** Changes a Work's spec as rendering would. */
  render(spec: Partial<Work['spec']>, cluster = 'member1'): void {
    const before = this.work(cluster)
    assert.ok(before)
    const generation = (before.metadata.generation ?? 0) + 1
    this.machine.objects.put({
      ...before,
      metadata: { ...before.metadata, generation },
      spec: { ...before.spec, ...spec },
    })
  }

  setReady(status: 'True' | 'False', cluster = 'member1'): void {
    const before = this.machine.objects.get(clusterKind, { name: cluster }) as Cluster
    const conditions = before.status?.conditions?.map((each) => (each.type === 'Ready' ? { ...each, status } : each))
    this.machine.objects.put({ ...before, status: { ...before.status, ...(conditions && { conditions }) } })
  }

  /** Every write of a verb goes through `write` first, which may refuse it by throwing. */
  refusing(verb: 'create' | 'update' | 'delete', write: (object: Manifest) => unknown, cluster = 'member1'): void {
    const client = this.member(cluster).client as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    const inner = client[verb]
    Object.assign(client, {
      [verb]: async (...args: unknown[]) => {
        await write(args[1] as Manifest) // of a delete: its key
        return inner?.(...args)
      },
    })
  }

  end(): void {
    this.machine.end()
  }
}
