import type { Binding } from './api/binding.ts'
import type { Cluster } from './api/cluster.ts'
import type { Placement, ResourceSelector } from './api/placement.ts'
import type { Kind } from './kind.ts'
import type { Manifest } from './manifest.ts'
import { definePlugin } from './plugin.ts'
import { type Ask, on, type Point } from './point.ts'
import * as points from './points/index.ts'
import type { Assignment, Candidates, Refusal, Selection } from './points/schedule.ts'
import type { PerCluster } from './rules.ts'
import { type Fields, object, required, text } from './schema.ts'

/*
 * Nothing here runs: what has to compile compiles, and what must not is marked `@ts-expect-error`, which is an error
 * itself when the line does compile.
 */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(..._: Same<A, B> extends true ? [] : [never]): void => undefined

export function pointsSayWhatTheyAre(ask: Ask, candidates: Candidates, manifest: Manifest): void {
  same<typeof points.schedule.filter, Point<Candidates, PerCluster<Refusal> | undefined, PerCluster<Refusal>>>()
  same<typeof points.schedule.score, Point<Candidates, PerCluster<number> | undefined, PerCluster<number>>>()
  // @ts-expect-error a score is not a refusal
  same<typeof points.schedule.score, typeof points.schedule.filter>()

  same<
    ReturnType<typeof ask<Candidates, PerCluster<Refusal> | undefined, PerCluster<Refusal>>>,
    Promise<PerCluster<Refusal>>
  >()
  const filtered: Promise<PerCluster<Refusal>> = ask(points.schedule.filter, candidates)
  const overridden: Promise<Manifest> = ask(points.render.override, {
    manifest,
    cluster: {} as Cluster,
    overriders: {},
  })
  // @ts-expect-error the argument is the point's
  ask(points.schedule.filter, { manifest })
  // @ts-expect-error nobody may have an opinion
  const assigned: Promise<Assignment> = ask(points.schedule.assign, {} as never)
  void [filtered, overridden, assigned]
}

export function handlersAnswerTheirPoint(): void {
  on(points.schedule.filter, () => undefined)
  on(points.schedule.filter, ({ clusters }) =>
    Object.fromEntries(clusters.map(({ metadata }) => [metadata.name, { reason: 'no', resolvable: true }])),
  )
  on(points.schedule.filter, async () => ({ m1: { reason: 'no', resolvable: false } }))
  // @ts-expect-error a filter must not answer with a boolean
  on(points.schedule.filter, () => true)
  // @ts-expect-error a refusal says whether anything could change it
  on(points.schedule.filter, () => ({ m1: { reason: 'no' } }))
  // @ts-expect-error no opinion is undefined, not null
  on(points.schedule.filter, () => null)

  on(points.schedule.score, () => ({ m1: 1 }))
  // @ts-expect-error a score is a number
  on(points.schedule.score, () => ({ m1: 'high' }))

  on(points.schedule.select, () => ({ unfit: 'too few' }))
  on(points.schedule.select, ({ clusters }): Selection => ({ clusters }))
  // @ts-expect-error clusters are selected whole
  on(points.schedule.select, () => ({ clusters: ['m1'] }))

  on(points.interpret.health, () => 'Healthy')
  on(points.interpret.health, async () => 'Unknown')
  // @ts-expect-error there are three kinds of health
  on(points.interpret.health, () => 'Fine')
  on(points.interpret.health, ({ manifest }) => {
    // @ts-expect-error the argument is frozen
    manifest.kind = 'other'
    // @ts-expect-error the argument is frozen all the way down
    manifest.metadata.name = 'other'
    return undefined
  })

  on(points.apply.conflict, () => 'overwrite')
  // @ts-expect-error a conflict is decided one way or the other
  on(points.apply.conflict, () => 'maybe')

  on(points.observe.transition, () => undefined)
}

export function pluginsAreWrittenDown(): void {
  definePlugin({ name: 'a', extensions: () => [on(points.interpret.health, () => 'Healthy')] })
  // @ts-expect-error a plugin has a name
  definePlugin({ extensions: () => [] })
  // @ts-expect-error an extension is made by `on`
  definePlugin({ name: 'a', extensions: () => [() => undefined] })
}

export function kindsCarryTheirType(kind: Kind<Binding>, any: Kind): void {
  const wide: Kind = kind
  // @ts-expect-error any object is not a binding
  const narrow: Kind<Binding> = any
  void [wide, narrow]
}

export function schemasHaveTheFieldsOfTheirType(): void {
  const name = text('')
  object<{ readonly name: string }>('', { name: required(name) })
  object<{ readonly name?: string }>('', { name })
  object<{ readonly name?: string } | undefined>('', { name })
  // @ts-expect-error a required field is required in both
  object<{ readonly name: string }>('', { name })
  // @ts-expect-error an optional field is optional in both
  object<{ readonly name?: string }>('', { name: required(name) })
  // @ts-expect-error no field may be missing
  object<ResourceSelector>('', { apiVersion: required(name), kind: required(name) })
  // @ts-expect-error no field may be made up
  object<{ readonly name?: string }>('', { name, other: name })
  same<keyof Fields<Placement>, keyof Placement>()
}
