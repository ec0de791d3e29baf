import assert from 'node:assert/strict'
import type { GracefulEvictionTask } from '../src/api/binding.ts'
import { decide, type Tenancy } from '../src/points/evict.ts'
import { binding } from './build.ts'
import { type Case, exam } from './exam.ts'

export interface TenancyWords extends Case {
  /** By default about the binding of the Deployment `default/web`, at the first moment of 2026. */
  readonly given: Partial<Tenancy> & Pick<Tenancy, 'clusters'>
  /** The tasks that matter to the case, with the fields that matter; without it nobody has to go. */
  readonly evicts?: readonly Partial<GracefulEvictionTask>[]
  /** Milliseconds until it has to be asked again. */
  readonly again?: number
}

/** The task with the fields a case names: the others may be anything. */
const alike = (task: GracefulEvictionTask, like: Partial<GracefulEvictionTask> = task): object =>
  Object.fromEntries(Object.entries(task).filter(([key]) => key in like))

/** Examines a plugin that says who has to go. */
export const examineDecide = exam({
  point: decide,
  asks: ({ given }: TenancyWords): Tenancy => ({ binding: binding(), now: Date.UTC(2026), ...given }),
  says: (evictions, { evicts = [] }) => ({
    evicts: evictions.flatMap(({ tasks }) => tasks).map((task, i) => alike(task, evicts[i])),
    again: Math.min(...evictions.map(({ again = Number.POSITIVE_INFINITY }) => again)),
  }),
  wants: ({ evicts = [], again = Number.POSITIVE_INFINITY }: TenancyWords) => ({ evicts, again }),
  sound: (evictions, { binding, clusters }) => {
    const known = [...clusters.map(({ metadata }) => metadata), ...(binding.spec.clusters ?? [])]
    for (const { fromCluster, reason, producer } of evictions.flatMap(({ tasks }) => tasks)) {
      assert.ok(
        known.some(({ name }) => name === fromCluster),
        `${fromCluster} is one of the clusters in question`,
      )
      assert.ok(reason && producer, 'a task says why, and who says so')
    }
  },
})
