import {
  type About,
  type AggregatedStatusItem,
  type Component,
  definePlugin,
  type Extension,
  type Health,
  interpret,
  type Json,
  type Manifest,
  on,
  type Plugin,
  aggregate as points,
} from '@flotilla/sdk'
import { distinct } from './distinct.ts'

/** A status that was summed up, of a template of one kind. */
export interface Summary<T extends Manifest> extends points.Summary {
  readonly template: T
  readonly before: T
}

/** What is known of one kind: an answer for each question that makes sense for it. All are pure. */
export interface Interpreter<T extends Manifest> {
  replicas?(object: T): interpret.Needs
  /** Its pod templates, where it has several. */
  components?(object: T): readonly Component[]
  /** The object with so many replicas; the same object when it has no field for them. */
  reviseReplicas?(object: T, replicas: number): T
  /** What is desired, with the fields that belong to the member. */
  retain?(desired: T, observed: T): T
  isHealthy?(object: T): boolean
  dependencies?(object: T): readonly interpret.Dependency[]
  /** What of the status is collected; undefined: nothing. Without this answer it is the whole status. */
  status?(object: T): Json | undefined
  /** The template with what its members say; the same template when that is what it says already. */
  aggregate?(template: T, items: readonly AggregatedStatusItem[], now: Date): T
  /** What a single cluster would say beside that; undefined: nothing. */
  complete?(summary: Summary<T>): points.Completion | undefined
}

const healthOf = (isHealthy: boolean): Health => (isHealthy ? 'Healthy' : 'Unhealthy')

const reflectionOf = (status: Json | undefined): interpret.Reflection => (status === undefined ? {} : { status })

const isOf = <T extends Manifest>(
  summary: points.Summary,
  is: (object: Manifest) => object is T,
): summary is Summary<T> => is(summary.template) && is(summary.before)

/** `ReplicaSet` → `replica-set`, `MPIJob` → `mpi-job`. */
const kebab = (kind: string): string =>
  kind.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase()

/** `kruise-clone-set`; where the kind has the name of its project already: `ray-cluster`. */
function nameOf(project: string, kind: string): string {
  const name = kebab(kind)
  return name.startsWith(`${project}-`) ? name : `${project}-${name}`
}

/** The kind of an interpreter. */
export interface OfKind extends About {
  /** Whose kind it is; by default Kubernetes' own. */
  readonly project?: string
}

/**
 * A plugin that answers what an interpreter knows of a kind, and is not asked about any of another name. It is named after the
 * kind: `native-replica-set`, `kruise-clone-set`.
 */
export function ofKind<T extends Manifest>(
  { apiVersion, kind, project = 'native' }: OfKind,
  {
    replicas,
    components,
    reviseReplicas,
    retain,
    isHealthy,
    dependencies,
    status,
    aggregate,
    complete,
  }: Interpreter<T>,
): Plugin {
  const is = (object: Manifest): object is T => object.kind === kind && object.apiVersion === apiVersion
  const answers = (now: () => Date): readonly (Extension | undefined)[] => [
    replicas && on(interpret.replicas, ({ manifest }) => (is(manifest) ? replicas(manifest) : undefined)),
    components &&
      on(interpret.components, ({ manifest }) => (is(manifest) ? distinct(components(manifest)) : undefined)),
    reviseReplicas &&
      on(interpret.reviseReplicas, ({ manifest, replicas }) =>
        is(manifest) ? reviseReplicas(manifest, replicas) : undefined,
      ),
    retain &&
      on(interpret.retain, ({ desired, observed }) =>
        is(desired) && is(observed) ? retain(desired, observed) : undefined,
      ),
    isHealthy && on(interpret.health, ({ manifest }) => (is(manifest) ? healthOf(isHealthy(manifest)) : undefined)),
    dependencies && on(interpret.dependencies, ({ manifest }) => (is(manifest) ? dependencies(manifest) : undefined)),
    status && on(interpret.status, ({ manifest }) => (is(manifest) ? reflectionOf(status(manifest)) : undefined)),
    aggregate &&
      on(interpret.aggregate, ({ template, items }) => (is(template) ? aggregate(template, items, now()) : undefined)),
    complete && on(points.complete, (summary) => (isOf(summary, is) ? complete(summary) : undefined)),
  ]
  return definePlugin({
    name: nameOf(project, kind),
    extensions: ({ now }) => {
      const about = { apiVersion, kind }
      return answers(now).flatMap((answer) => (answer ? [{ ...answer, about }] : []))
    },
  })
}
