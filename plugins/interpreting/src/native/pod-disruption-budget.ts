import type { AggregatedStatusItem, Json, Manifest, aggregate as points, StringMap } from '@flotilla/sdk'
import { ofKind, type Summary } from '../interpreter.ts'
import { said, withStatus } from '../status.ts'

interface PodDisruptionBudget extends Manifest {
  readonly status?: BudgetStatus
}

interface BudgetStatus {
  readonly currentHealthy?: number
  readonly desiredHealthy?: number
  readonly disruptionsAllowed?: number
  readonly expectedPods?: number
  /** When each pod was last disrupted. */
  readonly disruptedPods?: StringMap
}

const reflect = ({
  currentHealthy = 0,
  desiredHealthy = 0,
  disruptionsAllowed = 0,
  expectedPods = 0,
  disruptedPods = {},
}: BudgetStatus): { readonly [field: string]: Json } => ({
  currentHealthy,
  desiredHealthy,
  disruptionsAllowed,
  expectedPods,
  ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
})

function aggregate(template: PodDisruptionBudget, items: readonly AggregatedStatusItem[]): PodDisruptionBudget {
  const members = said<BudgetStatus>(items)
  const sum = (count: Exclude<keyof BudgetStatus, 'disruptedPods'>) =>
    members.reduce((all, { status }) => all + (status[count] ?? 0), 0)
  const disruptedPods = members.flatMap(({ cluster, status: { disruptedPods = {} } }) =>
    Object.entries(disruptedPods).map(([pod, time]) => [`${cluster}/${pod}`, time] as const),
  )
  const status: BudgetStatus = {
    currentHealthy: sum('currentHealthy'),
    desiredHealthy: sum('desiredHealthy'),
    disruptionsAllowed: sum('disruptionsAllowed'),
    expectedPods: sum('expectedPods'),
    disruptedPods: Object.fromEntries(disruptedPods),
  }
  return withStatus(template, reflect(status))
}

/** Whether any pod may go, which is what `kubectl drain` and its like look for. */
function complete({ template, items }: Summary<PodDisruptionBudget>): points.Completion | undefined {
  if (items.every(({ status }) => !status)) return undefined
  const isAllowed = (template.status?.disruptionsAllowed ?? 0) > 0
  const condition = {
    type: 'DisruptionAllowed',
    status: isAllowed ? 'True' : 'False',
    reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  } as const
  return { conditions: [condition] }
}

export const podDisruptionBudget = ofKind<PodDisruptionBudget>(
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  {
    isHealthy: ({ status = {} }) => (status.currentHealthy ?? 0) >= (status.desiredHealthy ?? 0),
    status: ({ status }) => status && reflect(status),
    aggregate,
    complete,
  },
)
