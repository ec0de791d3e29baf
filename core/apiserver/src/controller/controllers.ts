import type { AccessOptions } from '../access/open.ts'
import type { Delegates } from '../aggregation/delegates.ts'
import type { Assembly } from '../assembly.ts'
import type { ApiServerOptions } from '../options.ts'
import { Accounts } from './accounts.ts'
import { BootstrapSigner } from './bootstrap-signer.ts'
import { Certificates } from './certificates.ts'
import { ClusterRoles } from './cluster-roles.ts'
import { Definitions } from './definitions.ts'
import { Garbage } from './garbage.ts'
import { bootstrapTokens, events, Leftovers, signingRequests } from './leftovers.ts'
import { Namespaces } from './namespaces.ts'
import { PolicyStatus } from './policy-status.ts'
import { QuotaStatus } from './quota-status.ts'
import type { Requests } from './requests.ts'

/** What a server does by itself, until it is closed. */
export interface Controllers {
  readonly definitions: Definitions
  close(): Promise<void>
}

export const startControllers = (
  { engine, outside }: Assembly,
  requests: Requests,
  delegates: Delegates,
  options: ApiServerOptions,
): Controllers => {
  const { log, access } = options
  const definitions = new Definitions(engine, requests, log, outside, options)
  const all = [
    definitions,
    new Namespaces(engine, requests, log, delegates),
    new Leftovers(engine, requests, log, access ? [events, bootstrapTokens, signingRequests] : [events]),
    new PolicyStatus(engine, requests, log),
    ...(engine.collects ? [new Garbage(engine, requests, log)] : []),
    ...(options.countsQuotas ? [new QuotaStatus(engine, requests, log)] : []),
    ...(access ? ofAccess(access) : []),
  ]
  return { definitions, close: async () => void (await Promise.all(all.map((each) => each.close()))) }

  function ofAccess({ authority }: AccessOptions) {
    return [
      new ClusterRoles(engine, requests, log),
      new Accounts(engine, requests, log, authority?.ca),
      new BootstrapSigner(engine, requests, log),
      ...(authority ? [new Certificates(engine, requests, log, authority)] : []),
    ]
  }
}
