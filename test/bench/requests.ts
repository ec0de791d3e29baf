import type { RealCluster } from '../real/cluster.ts'

/** What an API server was asked, by verb and resource, so far. */
export async function requests({ client }: RealCluster): Promise<ReadonlyMap<string, number>> {
  const { body } = await client.raw({ path: '/metrics', accept: 'text/plain' })
  const sums = new Map<string, number>()
  for (const [, labels = '', count] of String(body).matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const {
      verb = '',
      resource = '',
      subresource = '',
      code = '',
    } = Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
    if (code.startsWith('2')) {
      const what = `${verb.toLowerCase()} ${resource}${subresource ? `/${subresource}` : ''}`
      sums.set(what, (sums.get(what) ?? 0) + Number(count))
    }
  }
  return sums
}

/** What it was asked in between, the most first. */
export function growth(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): readonly [string, number][] {
  return [...after]
    .map(([what, count]): [string, number] => [what, count - (before.get(what) ?? 0)])
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
}

/** Whether it is one that others wait for: leases and events are not. */
export const isWrite = (what: string): boolean =>
  /^(post|put|patch|delete|apply) /.test(what) && !/ (leases|events)$/.test(what)
