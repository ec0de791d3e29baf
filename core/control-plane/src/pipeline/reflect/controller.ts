import {
  annotation,
  type Change,
  type Controller,
  clusterOfNamespace,
  deepEqual,
  executionNamespace,
  isTrue,
  type Key,
  keyOf,
  type Manifest,
  type ManifestStatus,
  reasonOf,
  type Work,
  type WorkStatus,
  workKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { ended } from '../../manifest/ended.ts'
import { full } from '../../manifest/full.ts'
import { Meanwhile, workStatusOf } from '../../manifest/work-status.ts'
import type { ConnectedMember } from '../../member/member.ts'
import { notReflected, reflected } from './condition.ts'
import { type MemberEvents, memberEventsController } from './member-events.ts'
import { type Observed, type Reflected, reflect } from './reflect.ts'

export interface ReflectOptions {
  /** Which events of members are told on templates; by default none. */
  readonly memberEvents?: MemberEvents
}

/** Collects what members say of the objects they hold, into the status of Works and the events of templates. */
export function reflectControllers(
  machine: Machine,
  { memberEvents = 'none' }: ReflectOptions = {},
): readonly Controller[] {
  const works = machine.store(workKind)
  const writer = workStatusOf(machine)
  const look = (key: Key) => writer.edit(key, 'reflection', (status, work) => collect(machine, { ...work, status }))
  const lookAt = (all: readonly Work[]) => {
    for (const work of all) look(keyOf(work))
  }
  return [
    {
      name: 'reflect',
      async run(signal) {
        const ends = [
          machine.members.listen(({ work }) => look(work)),
          machine.members.onReadiness((cluster) => lookAt(works.list(executionNamespace(cluster)).filter(isLeftAlone))),
          works.listen(({ after }: Change<Work>) => {
            if (after && isMissing(after)) look(keyOf(after))
          }),
        ]
        await ended(signal)
        for (const end of ends) end()
      },
    },
    ...(memberEvents === 'none' ? [] : [memberEventsController(machine, memberEvents)]),
  ]
}

const isApplied = ({ metadata, status }: Work): boolean =>
  !metadata.deletionTimestamp && isTrue(status?.conditions, 'Applied')

/** Whether what a Work brought has not been looked at: it was there before, so nobody heard it come. */
const isMissing = (work: Work): boolean =>
  isApplied(work) && work.status?.manifestStatuses?.length !== work.spec.workload?.manifests?.length

/** Whether nobody but this stage looks after what a Work has brought. */
const isLeftAlone = (work: Work): boolean => isApplied(work) && work.spec.suspendDispatching === true

const isBroughtBy = ({ metadata: { annotations = {} } }: Manifest, { metadata: { namespace, name } }: Work): boolean =>
  annotations[annotation.workNamespace] === namespace && annotations[annotation.workName] === name

/** What a member has in the place of a manifest, as far as its cache knows. What is another Work's is not there. */
async function observe(
  member: ConnectedMember,
  work: Work,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Observed> {
  const kind = await member.kind(manifest.apiVersion, manifest.kind)
  if (!kind) return 'unseen'
  const cache = member.managed(kind)
  const object = cache.get(keyOf(manifest))
  if (object) return isBroughtBy(object, work) ? object : undefined
  return (await full(cache, 0, signal)) ? undefined : 'unseen'
}

/** The status of a Work with what its member says now, as far as that is understood. The same status while the member cannot be asked. */
async function collect(machine: Machine, work: Work): Promise<WorkStatus> {
  const { status = {} } = work
  const member = machine.members.get(clusterOfNamespace(work.metadata.namespace) ?? '')
  if (!member) return status
  const manifests = work.spec.workload?.manifests ?? []
  const observed = await Promise.all(manifests.map((manifest) => observe(member, work, manifest, machine.signal)))
  const { manifestStatuses, unknown } = await interpreted(machine, work, observed)
  for (const { object, error } of unknown) {
    machine.event(work, 'Warning', 'InterpretHealthFailed', `Interpret health of ${said(object)} failed, err: ${reasonOf(error)}.`) // biome-ignore format: one call
  }
  const collected = withStatuses(machine, { ...work, status }, member.name, manifestStatuses)
  const [first] = unknown
  if (first) throw new Meanwhile(notReflected(collected, first.error, machine.now()), first.error)
  return reflected(collected, machine.now())
}

function withStatuses(machine: Machine, work: Work, member: string, manifestStatuses: readonly ManifestStatus[]) {
  const { status = {} } = work
  const { manifestStatuses: before = [] } = status
  if (deepEqual(manifestStatuses, before)) return status
  sayReflected(
    machine,
    work,
    manifestStatuses.filter((each) => !before.some((was) => deepEqual(each, was))),
  )
  told(machine, 'reflect', work, 'reflected', member)
  return { ...status, manifestStatuses }
}

const said = ({ kind, metadata: { namespace = '', name } }: Manifest): string => `object(${kind}/${namespace}/${name})`

async function interpreted(
  { ask, event, now }: Machine,
  work: Work,
  observed: readonly Observed[],
): Promise<Reflected> {
  try {
    return await reflect(ask, { work, observed })
  } catch (error) {
    const objects = observed.flatMap((object) => (object && object !== 'unseen' ? [said(object)] : []))
    event(work, 'Warning', 'ReflectStatusFailed', `Reflect status for ${objects.join(', ')} failed, err: ${reasonOf(error)}.`) // biome-ignore format: one call
    throw new Meanwhile(notReflected(work.status ?? {}, error, now()), error)
  }
}

/** Good news, in Karmada's words. */
function sayReflected({ event }: Machine, work: Work, statuses: readonly ManifestStatus[]): void {
  for (const { identifier, health } of statuses) {
    const object = `object(${identifier.kind}/${identifier.namespace ?? ''}/${identifier.name})`
    event(work, 'Normal', 'ReflectStatusSucceed', `Reflect status for ${object} succeed.`)
    if (health === 'Unknown') continue
    event(work, 'Normal', 'InterpretHealthSucceed', `Interpret health of ${object} as ${health?.toLowerCase()}.`)
  }
}
