import { type Extension, errors, FlotillaError, Registry } from '@flotilla/sdk'
import type { ProfilePlugin, SchedulerProfile } from '../config/plugin-settings.ts'
import { weighted } from './weight.ts'

/** A loaded plugin that answers the scheduler. */
export interface SchedulingPlugin {
  readonly name: string
  readonly needs: readonly string[]
  /** How often its scores count where a profile says nothing of it. */
  readonly weight: number
  /** What it answers the scheduler, wrapped. */
  readonly answers: readonly Extension[]
  /** What it answers with other options. Throws `PLUGIN_OPTIONS`. */
  withOptions(options: unknown): readonly Extension[]
}

/** Who is asked. */
export type Asking = Pick<Registry, 'ask' | 'overhear'>

/** A profile, and where it stands in the config file. */
interface Reading {
  readonly profile: SchedulerProfile
  readonly path: string
  readonly plugins: readonly SchedulingPlugin[]
}

const everyOther = '*'

/** Where a profile speaks of a plugin: by its name, or as one of the others; -1 when it does not. */
function placeOf({ profile: { plugins = [] } }: Reading, name: string): number {
  const place = plugins.findIndex((each) => each.name === name)
  return place < 0 ? plugins.findIndex((each) => each.name === everyOther) : place
}

const wordsOn = (reading: Reading, name: string): ProfilePlugin | undefined =>
  reading.profile.plugins?.[placeOf(reading, name)]

function checkNames({ profile: { order = [], plugins: words = [] }, path, plugins }: Reading): void {
  const known = new Set(plugins.map(({ name }) => name))
  const check = (name: string, field: string) => {
    if (!known.has(name))
      throw errors.CONFIG_INVALID(
        field,
        `no plugin "${name}" answers the scheduler; there are ${[...known].sort().join(', ')}`,
      )
  }
  for (const [i, name] of order.entries()) check(name, `${path}.order.${i}`)
  for (const [i, { name }] of words.entries()) {
    const field = `${path}.plugins.${i}.name`
    if (name !== everyOther) check(name, field)
    if (words.findIndex((each) => each.name === name) < i)
      throw errors.CONFIG_INVALID(field, `the profile speaks of "${name}" twice`)
  }
}

/** Who is asked, in order. */
function chosen(reading: Reading): readonly SchedulingPlugin[] {
  const { profile, path, plugins } = reading
  const enabled = plugins.filter(({ name }) => wordsOn(reading, name)?.enabled !== false)
  const first = (profile.order ?? []).map((name, i) => {
    const found = enabled.find((plugin) => plugin.name === name)
    if (!found) throw errors.CONFIG_INVALID(`${path}.order.${i}`, `the profile does not enable "${name}"`)
    return found
  })
  return [...first, ...enabled.filter((plugin) => !first.includes(plugin))]
}

/** A plugin that needs another one comes after it. What the scheduler does not ask was checked when it was loaded. */
function checkNeeds(asked: readonly SchedulingPlugin[], { plugins, path }: Reading): void {
  const scheduling = new Set(plugins.map(({ name }) => name))
  const before = new Set<string>()
  for (const { name, needs } of asked) {
    const missing = needs.find((need) => scheduling.has(need) && !before.has(need))
    if (missing) throw errors.CONFIG_INVALID(path, `the plugin "${name}" needs "${missing}" to be asked before it`)
    before.add(name)
  }
}

function answersOf(plugin: SchedulingPlugin, reading: Reading): readonly Extension[] {
  const { options, weight = plugin.weight } = wordsOn(reading, plugin.name) ?? {}
  if (options === undefined) return weighted(plugin.answers, weight)
  try {
    return weighted(plugin.withOptions(options), weight)
  } catch (cause) {
    if (!(cause instanceof FlotillaError)) throw cause
    throw errors.CONFIG_INVALID(`${reading.path}.plugins.${placeOf(reading, plugin.name)}.options`, cause.message)
  }
}

/** How each profile asks, by the scheduler's name. The first thing that does not fit ends the start, with its field. */
export function profilesOf(
  profiles: readonly SchedulerProfile[],
  plugins: readonly SchedulingPlugin[],
): ReadonlyMap<string, Asking> {
  const asks = new Map<string, Asking>()
  for (const [i, profile] of profiles.entries()) {
    const reading: Reading = { profile, plugins, path: `schedulerProfiles.${i}` }
    const { schedulerName } = profile
    if (asks.has(schedulerName))
      throw errors.CONFIG_INVALID(`${reading.path}.schedulerName`, `there is another profile of "${schedulerName}"`)
    checkNames(reading)
    const asked = chosen(reading)
    checkNeeds(asked, reading)
    const registry = new Registry()
    for (const answer of asked.flatMap((plugin) => answersOf(plugin, reading))) registry.add(answer)
    asks.set(schedulerName, registry)
  }
  return asks
}
