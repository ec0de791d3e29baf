import {
  ApiError,
  type Client,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  parseQuantity,
  type QuotaShare,
  quotaShares,
  type ResourceList,
  type SharedResourceQuota,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
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

/** What one namespace has of a quota that several share. */
export interface SharedRow {
  readonly namespace: string
  readonly quota: string
  readonly resource: string
  readonly used: string
  readonly guaranteed: string
  readonly max: string
  readonly borrowed: string
  readonly lent: string
}

export interface Trouble {
  /** Empty for a quota that namespaces share. */
  readonly namespace: string
  readonly quota: string
  readonly reason: string
  readonly message: string
}

export interface Report {
  readonly shares: readonly Row[]
  readonly shared: readonly SharedRow[]
  readonly troubles: readonly Trouble[]
}

type Conditioned = FederatedResourceQuota | SharedResourceQuota

const troublesOf = ({ metadata, status }: Conditioned): readonly Trouble[] =>
  (status?.conditions ?? [])
    .filter(({ status }) => status !== 'True')
    .map(({ reason = '', message = '' }) => ({
      namespace: metadata.namespace ?? '',
      quota: metadata.name,
      reason,
      message,
    }))

const sharesOf = (quota: FederatedResourceQuota): readonly Row[] =>
  quotaShares(quota).map((share) => ({
    namespace: quota.metadata.namespace ?? '',
    quota: quota.metadata.name,
    ...share,
  }))

function sharedRowsOf({ metadata, spec, status }: SharedResourceQuota): readonly SharedRow[] {
  const said = new Map((status?.shares ?? []).map((each) => [each.namespace, each]))
  return spec.shares.flatMap(({ namespace, guaranteed, max }) =>
    Object.entries(spec.total).map(([resource, total]) => {
      const of = (list: ResourceList | undefined, otherwise: string | number = '0') =>
        String(list?.[resource] ?? otherwise)
      const { used, borrowed, lent } = said.get(namespace) ?? {}
      return {
        namespace,
        quota: metadata.name,
        resource,
        used: of(used),
        guaranteed: of(guaranteed),
        max: of(max, total),
        borrowed: of(borrowed),
        lent: of(lent),
      }
    }),
  )
}

/** What quotas say of what is used, of what namespaces have of each other, and of what is wrong. */
export const reportOf = (
  quotas: readonly FederatedResourceQuota[],
  shared: readonly SharedResourceQuota[] = [],
): Report => ({
  shares: quotas.flatMap(sharesOf),
  shared: shared.flatMap(sharedRowsOf),
  troubles: [...quotas, ...shared].flatMap(troublesOf),
})

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

/** Ten squares for the maximum: what is a namespace's own, what it has borrowed, and what it does not use. */
function shareBar({ used, borrowed, max }: SharedRow): string {
  const most = Number(parseQuantity(max))
  const tenths = (amount: number) => (most > 0 ? Math.min(10, Math.floor((amount / most) * 10)) : 0)
  const all = tenths(Number(parseQuantity(used)))
  const own = tenths(Number(parseQuantity(used) - parseQuantity(borrowed)))
  return `${'█'.repeat(own)}${'▒'.repeat(all - own)}${'░'.repeat(10 - all)}`
}

const sharedColumns: readonly Column<SharedRow>[] = [
  { head: 'NAMESPACE', cell: ({ namespace }) => namespace },
  { head: 'SHARED QUOTA', cell: ({ quota }) => quota },
  { head: 'RESOURCE', cell: ({ resource }) => resource },
  { head: 'USED', cell: ({ used }) => used },
  { head: 'GUARANTEED', cell: ({ guaranteed }) => guaranteed },
  { head: 'MAX', cell: ({ max }) => max },
  { head: 'BORROWED', cell: ({ borrowed }) => borrowed },
  { head: 'LENT', cell: ({ lent }) => lent },
  { head: '', cell: shareBar, wide: true },
]

/** For a person: a table, and what is wrong below it. */
export function reportText({ shares, shared, troubles }: Report, flags: { readonly output?: string }): string {
  if (shares.length + shared.length === 0) return 'There are no quotas.'
  const said = troubles.map(({ namespace, quota, reason, message }) => {
    const name = namespace === '' ? quota : `${namespace}/${quota}`
    return `${name} ${reason}: ${message}`
  })
  return paragraphs(
    shares.length > 0 ? tableOf(columns, shares, flags) : '',
    shared.length > 0 ? tableOf(sharedColumns, shared, flags) : '',
    said.join('\n'),
  )
}

/** Those that namespaces share, as far as there are any and one may see them: they are of no namespace. */
async function sharedQuotas(client: Client, signal: AbortSignal): Promise<readonly SharedResourceQuota[]> {
  try {
    return (await client.list(sharedResourceQuotaKind, { signal })).items
  } catch (error) {
    if (error instanceof ApiError && [403, 404].includes(error.code)) return []
    throw error
  }
}

export async function runReport(name: string | undefined, flags: ReportFlags): Promise<void> {
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const { client, namespace } = await reachControl(open, flags, signal)
  const { items } = await client.list(federatedResourceQuotaKind, {
    ...(!flags.allNamespaces && { namespace }),
    signal,
  })
  const isMeant = ({ metadata }: Conditioned) => name === undefined || metadata.name === name
  const quotas = items.filter(isMeant)
  const isHere = ({ spec }: SharedResourceQuota) =>
    flags.allNamespaces || spec.shares.some((share) => share.namespace === namespace)
  const shared = (await sharedQuotas(client, signal)).filter((quota) => isMeant(quota) && isHere(quota))
  if (name !== undefined && quotas.length + shared.length === 0) throw new Error(`there is no quota ${name}`)
  const report = reportOf(quotas, shared)
  console.log(answer('QuotaReport', report, flags, () => reportText(report, flags)))
}
