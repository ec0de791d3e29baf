import * as admit from './admit.ts'
import * as aggregate from './aggregate.ts'
import * as apply from './apply.ts'
import * as evict from './evict.ts'
import * as interpret from './interpret.ts'
import * as match from './match.ts'
import * as member from './member.ts'
import * as observe from './observe.ts'
import * as render from './render.ts'
import * as schedule from './schedule.ts'
import * as service from './service.ts'

/** Every extension point, in the order in which a template meets them. */
export const everyPoint = [
  admit.mutate,
  admit.refuse,
  match.choose,
  interpret.components,
  interpret.replicas,
  interpret.dependencies,
  schedule.filter,
  schedule.score,
  schedule.estimate,
  schedule.select,
  schedule.assign,
  interpret.reviseReplicas,
  render.override,
  member.connect,
  interpret.retain,
  apply.conflict,
  interpret.status,
  interpret.health,
  interpret.aggregate,
  aggregate.complete,
  evict.decide,
  observe.transition,
  service.export,
  service.endpoints,
  service.expose,
] as const
