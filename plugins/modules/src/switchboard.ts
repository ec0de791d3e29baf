import { type About, type Extension, type GuestPoint, guestPoints, type Speaker } from '@flotilla/sdk'
import { type Module, pluginName } from './module.ts'
import { subjectOf } from './points.ts'

/** Who answers at a point: whatever the kind, and for kinds that somebody names. */
interface Line {
  readonly any: readonly Extension[]
  readonly versions: ReadonlyMap<string, ReadonlyMap<string, readonly Extension[]>>
}

const nobody: readonly Extension[] = []

const inWords = ({ apiVersion, kind }: About): string => `${apiVersion} ${kind}`

const inTurn = (a: Module, b: Module): number => a.order - b.order || (a.name < b.name ? -1 : 1)

const isAbout =
  ({ apiVersion, kind }: About) =>
  ({ targets }: Module): boolean =>
    !targets || targets.some((target) => target.apiVersion === apiVersion && target.kind === kind)

function lineOf({ id }: GuestPoint, modules: readonly Module[]): Line {
  const speaking = modules.filter(({ voices }) => voices.has(id))
  const voicesOf = (some: readonly Module[]) => some.flatMap(({ voices }) => voices.get(id) ?? [])
  const versions = new Map<string, Map<string, readonly Extension[]>>()
  for (const target of speaking.flatMap(({ targets = [] }) => targets)) {
    const kinds = versions.get(target.apiVersion) ?? new Map<string, readonly Extension[]>()
    versions.set(target.apiVersion, kinds)
    if (!kinds.has(target.kind)) kinds.set(target.kind, voicesOf(speaking.filter(isAbout(target))))
  }
  return { any: voicesOf(speaking.filter(({ targets }) => !targets)), versions }
}

/** Who is asked what, worked out when modules change: a question costs two look-ups. */
export class Switchboard {
  readonly #lines: ReadonlyMap<string, Line>
  readonly #modules: readonly Module[]

  constructor(modules: Iterable<Module>) {
    this.#modules = [...modules].sort(inTurn)
    const lines = guestPoints.map((point) => [point.id, lineOf(point, this.#modules)] as const)
    this.#lines = new Map(lines.filter(([, { any, versions }]) => any.length > 0 || versions.size > 0))
  }

  /** Those who have to do with an argument, in turn. */
  voices(point: GuestPoint, arg: never): readonly Extension[] {
    const line = this.#lines.get(point.id)
    if (!line) return nobody
    const about = subjectOf(point)(arg)
    return (about && line.versions.get(about.apiVersion)?.get(about.kind)) ?? line.any
  }

  /** All at a point, for who looks from outside. */
  speakers({ id }: GuestPoint): readonly Speaker[] {
    return this.#modules
      .filter(({ voices }) => voices.has(id))
      .map(({ name, targets }) => ({ name: pluginName(name), ...(targets && { about: targets.map(inWords) }) }))
  }
}
