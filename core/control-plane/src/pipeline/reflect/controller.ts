import {
  type Change,
  type Controller,
  clusterOfNamespace,
  deepEqual,
  isTrue,
  type Key,
  keyOf,
  type Manifest,
  reasonOf,
  type Work,
  type WorkStatus,
  workKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { ended } from '../../manifest/ended.ts'
import { workStatusOf } from '../../manifest/work-status.ts'
import type { ConnectedMember } from '../../member/member.ts'
import { type Reflected, reflect } from './reflect.ts'

/** Collects what members say of the objects they hold, into the status of Works. */
export function reflectControllers(machine: Machine): readonly Controller[] {
  const writer = workStatusOf(machine)
  const look = (key: Key) => writer.edit(key, 'reflection', (status, work) => collect(machine, status, work))
  return [
    {
      name: 'reflect',
      async run(signal) {
        const ends = [
          machine.members.listen(({ work, after }) => {
            if (after) look(work)
          }),
          machine.store(workKind).listen(({ after }: Change<Work>) => {
            if (after && isMissing(after)) look(keyOf(after))
          }),
        ]
        await ended(signal)
        for (const end of ends) end()
      },
    },
  ]
}

/** Whether what a Work brought has not been looked at: it was there before, so nobody heard it come. */
const isMissing = ({ metadata, spec, status }: Work): boolean =>
  !metadata.deletionTimestamp &&
  isTrue(status?.conditions, 'Applied') &&
  status?.manifestStatuses?.length !== spec.workload?.manifests?.length

async function observe(member: ConnectedMember, manifest: Manifest): Promise<Manifest | undefined> {
  const kind = await member.kind(manifest.apiVersion, manifest.kind)
  return kind && member.managed(kind).get(keyOf(manifest))
}

/** The status of a Work with what its member says now. The same status while the member cannot be asked. */
async function collect(machine: Machine, status: WorkStatus, work: Work): Promise<WorkStatus> {
  const member = machine.members.get(clusterOfNamespace(work.metadata.namespace) ?? '')
  if (!member) return status
  const manifests = work.spec.workload?.manifests ?? []
  const observed = await Promise.all(manifests.map((manifest) => observe(member, manifest)))
  if (observed.every((object) => object === undefined)) return status
  const { manifestStatuses, unknown } = await interpreted(machine, work, observed)
  for (const error of unknown) machine.event(work, 'Warning', 'InterpretHealthFailed', reasonOf(error))
  if (deepEqual(manifestStatuses, status.manifestStatuses)) return status
  told(machine, 'reflect', work, 'reflected', member.name)
  return { ...status, manifestStatuses }
}

async function interpreted(
  { ask, event }: Machine,
  work: Work,
  observed: readonly (Manifest | undefined)[],
): Promise<Reflected> {
  try {
    return await reflect(ask, { work, observed })
  } catch (error) {
    event(work, 'Warning', 'ReflectStatusFailed', reasonOf(error))
    throw error
  }
}
