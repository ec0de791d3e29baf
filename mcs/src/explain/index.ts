import { byMultiClusterService, byPolicies } from './brought.ts'
import { byExports } from './exports.ts'
import type { ServiceFacts } from './facts.ts'
import type { ServiceReport } from './report.ts'

export { derivedNameOf } from '../clusterset/made.ts'
export { derivedName } from '../imported-slices.ts'
export { doubtOf, leavingOf } from '../withdrawal.ts'
export type { MemberFacts, ServiceFacts } from './facts.ts'
export type { Arrived, Means, Missing, ServiceInCluster, ServiceReport, Step } from './report.ts'

/** What became of a Service in each cluster, by each means there is; nothing when it is for its own cluster alone. */
export const explainService = (facts: ServiceFacts): readonly ServiceReport[] =>
  [byExports(facts), byMultiClusterService(facts), byPolicies(facts)].filter((report) => report !== undefined)
