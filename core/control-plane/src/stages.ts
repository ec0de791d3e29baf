/**
 * The stages without their shells: from frozen objects to an object, with `ask` as the only opening. For tests, and for
 * whoever wants to know what would happen without making it happen.
 */
export { type Aggregated, type Aggregating, aggregate } from './pipeline/aggregate/aggregate.ts'
export { type Application, type Applying, apply } from './pipeline/apply/apply.ts'
export { type Withdrawal, withdrawal } from './pipeline/apply/withdraw.ts'
export { type BindInput, bind, templateAnnotation } from './pipeline/bind/bind.ts'
export { attach } from './pipeline/bind/dependencies.ts'
export { type Evicted, type Evicting, evict } from './pipeline/evict/evict.ts'
export { type MatchInput, match } from './pipeline/match/match.ts'
export { type Reflected, type Reflecting, reflect } from './pipeline/reflect/reflect.ts'
export { type Rendering, render } from './pipeline/render/render.ts'
export { type Decision, type Failure, type ScheduleInput, schedule } from './pipeline/schedule/schedule.ts'
export { type Snapshot, snapshotOf } from './pipeline/schedule/snapshot.ts'
