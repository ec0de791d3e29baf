import { type FederatedResourceQuota, federatedResourceQuotaKind, type QuotaShare, quotaShares } from '@flotilla/sdk'
import type { ReportFlags } from '../commands/quota.ts'
import { answer } from '../output/answer.ts'
import { type Column, tableOf } from '../output/columns.ts'
import { paragraphs } from '../output/paragraphs.ts'
import { reachControl } from '../plan/control.ts'

/** Milliseconds everything may take. */
const patience = 60_000

/** A share, and whose it is. */
export interface Row extends QuotaShare {
  readonly namespace: string
  readonly quota: string
}

export interface Trouble {
  readonly namespace: string
  readonly quota: string
  readonly reason: string
  readonly message: string
}

export interface Report {
  readonly shares: readonly Row[]
  readonly troubles: readonly Trouble[]
}

/** What quotas say of what is used, and of what is wrong. */
export function reportOf(quotas: readonly FederatedResourceQuota[]): Report {
  const named = quotas.map((quota) => ({
    quota,
    whose: { namespace: quota.metadata.namespace ?? '', quota: quota.metadata.name },
  }))
  return {
    shares: named.flatMap(({ quota, whose }) => quotaShares(quota).map((share) => ({ ...whose, ...share }))),
    troubles: named.flatMap(({ quota, whose }) =>
      (quota.status?.conditions ?? [])
        .filter(({ status }) => status !== 'True')
        .map(({ reason = '', message = '' }) => ({ ...whose, reason, message })),
    ),
  }
}

const percent = ({ ratio }: Row): string => (Number.isFinite(ratio) ? `${Math.floor(ratio * 100)}%` : 'over')

const bar = ({ ratio }: Row): string => {
  const full = Math.min(10, Math.floor(ratio * 10))
  return `${'█'.repeat(full)}${'░'.repeat(10 - full)}`
}

const columns: readonly Column<Row>[] = [
  { head: 'NAMESPACE', cell: ({ namespace }) => namespace },
  { head: 'QUOTA', cell: ({ quota }) => quota },
  { head: 'CLUSTER', cell: ({ cluster }) => cluster ?? '<all>' },
  { head: 'RESOURCE', cell: ({ resource }) => resource },
  { head: 'USED', cell: ({ used }) => used },
  { head: 'HARD', cell: ({ hard }) => hard },
  { head: 'SHARE', cell: percent },
  { head: '', cell: bar, wide: true },
]

/** For a person: a table, and what is wrong below it. */
export function reportText({ shares, troubles }: Report, flags: { readonly output?: string }): string {
  if (shares.length === 0) return 'There are no quotas.'
  const said = troubles.map(({ namespace, quota, reason, message }) => `${namespace}/${quota} ${reason}: ${message}`)
  return paragraphs(tableOf(columns, shares, flags), said.join('\n'))
}

export async function runReport(name: string | undefined, flags: ReportFlags): Promise<void> {
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const { client, namespace } = await reachControl(open, flags, signal)
  const { items } = await client.list(federatedResourceQuotaKind, {
    ...(!flags.allNamespaces && { namespace }),
    signal,
  })
  const quotas = name === undefined ? items : items.filter(({ metadata }) => metadata.name === name)
  if (name !== undefined && quotas.length === 0) throw new Error(`there is no FederatedResourceQuota ${name}`)
  const report = reportOf(quotas)
  console.log(answer('QuotaReport', report, flags, () => reportText(report, flags)))
}
