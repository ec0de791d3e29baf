import type { AggregatedStatusItem, Json, Manifest, aggregate as points } from '@flotilla/sdk'
import { ofKind, type Summary } from '../interpreter.ts'
import { fields, map, number, type Read, text } from '../read.ts'
import { said, withStatus } from '../status.ts'

const budget = fields({
  currentHealthy: number,
  desiredHealthy: number,
  disruptionsAllowed: number,
  expectedPods: number,
  disruptedPods: map(text), // when each was last disrupted
})
type BudgetStatus = NonNullable<Read<typeof budget>>

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

function aggregate(template: Manifest, items: readonly AggregatedStatusItem[]): Manifest {
  const members = said(items, budget)
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

function isHealthy({ status }: Manifest): boolean {
  const { currentHealthy = 0, desiredHealthy = 0 } = budget(status) ?? {}
  return currentHealthy >= desiredHealthy
}

/** Whether any pod may go, which is what `kubectl drain` and its like look for. */
function complete({ template, items }: Summary<Manifest>): points.Completion | undefined {
  if (items.every(({ status }) => !status)) return undefined
  const isAllowed = (budget(template.status)?.disruptionsAllowed ?? 0) > 0
  const condition = {
    type: 'DisruptionAllowed',
    status: isAllowed ? 'True' : 'False',
    reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  } as const
  return { conditions: [condition] }
}

export const podDisruptionBudget = ofKind(
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  {
    isHealthy,
    status: (object) => {
      const status = budget(object.status)
      return status && reflect(status)
    },
    aggregate,
    complete,
  },
)
