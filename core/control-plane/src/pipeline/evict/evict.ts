import {
  type Ask,
  type Binding,
  type BindingSpec,
  type Cluster,
  evict as evictPoints,
  type GracefulEvictionTask,
  timestamp,
} from '@flotilla/sdk'

type Task = GracefulEvictionTask

/** A binding, the clusters it runs in, and the time. */
export interface Evicting {
  readonly binding: Binding
  readonly clusters: readonly Cluster[]
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Milliseconds an eviction may take that does not say so itself; by default 10 minutes. */
  readonly timeout?: number
  /** How many milliseconds an eviction has to be put off, 0 for not at all. By default none is. */
  readonly delay?: (task: Task) => number
}

export interface Evicted {
  /** The same spec when nothing has to change. */
  readonly spec: BindingSpec
  readonly begun: readonly Task[]
  readonly finished: readonly Task[]
  /** Milliseconds until something may have to change by itself. */
  readonly again?: number
}

const tenMinutes = 600_000

/** Whether the binding runs well everywhere else. One that runs nowhere else does not: its last copy has to stay. */
function runsElsewhere({ metadata, spec: { clusters = [] }, status }: Binding): boolean {
  if (status?.schedulerObservedGeneration !== metadata.generation) return false
  const isHealthy = (name: string) =>
    status?.aggregatedStatus?.some(({ clusterName, health }) => clusterName === name && health === 'Healthy')
  return clusters.length > 0 && clusters.every(({ name }) => isHealthy(name))
}

/** When a task is over whatever happens; never for one that keeps what it leaves behind. */
function deadlineOf(
  { suppressDeletion, creationTimestamp, gracePeriodSeconds }: Task,
  { now, timeout }: Evicting,
): number {
  if (suppressDeletion !== undefined) return suppressDeletion ? Number.POSITIVE_INFINITY : now
  const created = creationTimestamp === undefined ? now : Date.parse(creationTimestamp)
  return created + (gracePeriodSeconds === undefined ? (timeout ?? tenMinutes) : gracePeriodSeconds * 1000)
}

/** The tasks that may begin: one for each cluster, of clusters the binding is in and does not leave already. */
function beginnings({ spec }: Binding, wanted: readonly Task[]): readonly Task[] {
  const leaving = new Set(spec.gracefulEvictionTasks?.map(({ fromCluster }) => fromCluster))
  const there = new Set(spec.clusters?.map(({ name }) => name))
  const byCluster = new Map<string, Task>()
  for (const task of wanted) if (!byCluster.has(task.fromCluster)) byCluster.set(task.fromCluster, task)
  return [...byCluster.values()].filter(({ fromCluster }) => there.has(fromCluster) && !leaving.has(fromCluster))
}

const sooner = (a: number, b: number | undefined): number => Math.min(a, b ?? Number.POSITIVE_INFINITY)

function specWith({ spec }: Binding, tasks: readonly Task[], begun: readonly Task[]): BindingSpec {
  const gone = new Set(begun.map(({ fromCluster }) => fromCluster))
  const clusters = gone.size > 0 ? spec.clusters?.filter(({ name }) => !gone.has(name)) : spec.clusters
  return { ...spec, ...(clusters && { clusters }), gracefulEvictionTasks: tasks }
}

/** Who has to leave a cluster begins to, and who has left it is done with leaving. */
export async function evict(ask: Ask, evicting: Evicting): Promise<Evicted> {
  const { binding, clusters, now, delay = () => 0 } = evicting
  const dated = (task: Task): Task =>
    task.creationTimestamp ? task : { ...task, creationTimestamp: timestamp(new Date(now)) }
  const opinions = await ask(evictPoints.decide, { binding, clusters, now })
  const wanted = beginnings(
    binding,
    opinions.flatMap(({ tasks }) => tasks),
  ).map((task) => ({ task, delay: delay(task) }))
  const begun = wanted.filter(({ delay }) => delay === 0).map(({ task }) => dated(task))

  const before = binding.spec.gracefulEvictionTasks ?? []
  const isEnough = begun.length === 0 && runsElsewhere(binding) // who begins to leave is not somewhere else for good
  const isOver = (task: Task) => deadlineOf(task, evicting) <= now || (isEnough && task.suppressDeletion === undefined)
  const finished = before.filter(isOver)
  const tasks = [...before.filter((task) => !isOver(task)).map(dated), ...begun]

  const again = [
    ...opinions.map((opinion) => opinion.again),
    ...wanted.filter(({ delay }) => delay > 0).map(({ delay }) => delay),
    ...tasks.map((task) => deadlineOf(task, evicting) - now),
  ].reduce<number>(sooner, Number.POSITIVE_INFINITY)
  const isSame = tasks.length === before.length && tasks.every((task, i) => task === before[i])
  return {
    spec: isSame ? binding.spec : specWith(binding, tasks, begun),
    begun,
    finished,
    ...(Number.isFinite(again) && { again }),
  }
}
