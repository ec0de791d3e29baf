import { deepEqual, type LabelSelector, type Log, type Manifest, matchesLabels } from '@flotilla/sdk'
import { kept } from '../access/rbac/rbac.ts'
import type { Role, Rule } from '../access/rbac/rule.ts'
import type { Engine } from '../engine.ts'
import { Queue } from './queue.ts'
import type { Requests } from './requests.ts'

const isAggregated = ({ aggregationRule }: Role): boolean => aggregationRule !== undefined

const selectorsOf = ({ aggregationRule }: Role): readonly LabelSelector[] =>
  (aggregationRule?.clusterRoleSelectors ?? []) as readonly LabelSelector[] // by its schema

const selects = (selector: LabelSelector, { metadata }: Manifest): boolean => matchesLabels(selector, metadata.labels)

/** The rules of all roles an aggregated one selects, each once, in the order of names. */
export const aggregated = (role: Role, roles: readonly Role[]): readonly Rule[] => {
  const rules: Rule[] = []
  for (const selector of selectorsOf(role)) {
    for (const other of roles) {
      if (other.metadata.name === role.metadata.name || !selects(selector, other)) continue
      for (const rule of other.rules ?? []) if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule)
    }
  }
  return rules
}

/** Gives aggregated ClusterRoles the rules of those they select. */
export class ClusterRoles {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #queue: Queue
  readonly #stop: () => void

  constructor(engine: Engine, requests: Requests, log: Log) {
    this.#engine = engine
    this.#requests = requests
    this.#queue = new Queue({
      step: (name) => this.#aggregate(name),
      onError: (error, role) => log.warn('a ClusterRole is not aggregated yet', { role, error }),
    })
    this.#considerAll()
    this.#stop = engine.objects.listen(({ resource }) => resource === kept.clusterRoles && this.#considerAll())
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
  }

  #roles(): readonly Role[] {
    return this.#engine.objects.list(kept.clusterRoles) as readonly Manifest[] as readonly Role[] // by their schema
  }

  #considerAll(): void {
    for (const role of this.#roles()) if (isAggregated(role)) this.#queue.add(role.metadata.name)
  }

  async #aggregate(name: string): Promise<void> {
    const role = this.#engine.objects.get({ resource: kept.clusterRoles, namespace: '', name }) as Role | undefined
    if (!role || !isAggregated(role) || role.metadata.deletionTimestamp) return
    const rules = aggregated(role, this.#roles())
    if (deepEqual(rules, role.rules ?? [])) return
    await this.#requests.patch(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`, { rules })
  }
}
