import {
  again,
  deepEqual,
  done,
  FlotillaError,
  isNotFound,
  type Key,
  keyOf,
  keyText,
  type Outcome,
  reasonOf,
  type Work,
  type WorkStatus,
  workKind,
} from '@flotilla/sdk'
import type { Machine } from '../machine.ts'
import { moment } from './moment.ts'
import { onlyStatus } from './only-status.ts'
import { ofStatuses, Pace } from './pace.ts'
import { whose } from './whose.ts'

/** A Work's status with something said in it; the same status when it is said already. */
export type StatusEdit = (status: WorkStatus, work: Work) => WorkStatus | Promise<WorkStatus>

/** Thrown by an edit that could not say all, with what it can say until then. It is tried again as after any other failure. */
export class Meanwhile extends Error {
  readonly status: WorkStatus

  constructor(status: WorkStatus, cause: unknown) {
    super(reasonOf(cause), { cause })
    this.status = status
  }
}

/**
 * The one hand that writes the status of Works. What several stages have to say of one Work within a moment is one write,
 * and what is said already is none.
 */
export interface WorkStatusWriter {
  /** Says something soon. It takes the place of what waits under the same name. */
  edit(work: Key, name: string, edit: StatusEdit): void
}

interface Waiting {
  readonly edits: ReadonlyMap<string, StatusEdit>
  readonly since: number
  readonly latest: number
}

interface Edited {
  readonly status: WorkStatus
  /** What could not be said now and may be later. */
  readonly failed: ReadonlyMap<string, StatusEdit>
  readonly error?: unknown
}

const mayPass = (error: unknown): boolean => !(error instanceof FlotillaError) || error.retry

/** Applies edits one after another. One that fails does not keep the others from being said. */
async function edited(work: Work, edits: ReadonlyMap<string, StatusEdit>): Promise<Edited> {
  const failed = new Map<string, StatusEdit>()
  let status = work.status ?? {}
  let error: unknown
  for (const [name, edit] of edits) {
    try {
      status = await edit(status, work)
    } catch (thrown) {
      if (thrown instanceof Meanwhile) status = thrown.status
      const reason = thrown instanceof Meanwhile ? thrown.cause : thrown
      error ??= reason
      if (mayPass(reason)) failed.set(name, edit)
    }
  }
  return { status, failed, error }
}

/** How many moments an edit waits for the one after it, when there is always another one. */
const mostMoments = 8

export function createWorkStatusWriter(
  machine: Pick<Machine, 'client' | 'store' | 'worker' | 'signal' | 'owns'>,
): WorkStatusWriter {
  const works = machine.store(workKind)
  const waiting = new Map<string, Waiting>()
  const pace = new Pace(ofStatuses)
  const worker = machine.worker<Key>({ name: 'work-status', keyText, workers: 64, step: write })
  void worker.run(machine.signal)

  /** Puts edits before those that came meanwhile. */
  function keep(text: string, { edits, ...times }: Waiting): void {
    const newer = waiting.get(text)
    waiting.set(text, { ...times, edits: new Map([...edits, ...(newer?.edits ?? [])]) })
  }

  async function write(key: Key, signal: AbortSignal): Promise<Outcome> {
    const text = keyText(key)
    const taken = waiting.get(text)
    if (!taken) return done
    const quiet = moment(waiting.size)
    const settled = Math.min(taken.latest + quiet, taken.since + mostMoments * quiet) - performance.now()
    const left = Math.max(settled, pace.wait(text))
    if (left > 0) return again(left)
    waiting.delete(text)
    const work = works.get(key)
    if (!work || work.metadata.deletionTimestamp) return done
    const { status, failed, error } = await edited(work, taken.edits)
    try {
      await put(work, status, signal)
    } catch (reason) {
      keep(text, taken)
      throw reason
    }
    if (failed.size > 0) keep(text, { ...taken, edits: failed })
    if (error !== undefined) throw error
    return done
  }

  async function put(work: Work, status: WorkStatus, signal: AbortSignal): Promise<void> {
    if (deepEqual(status, work.status ?? {})) return
    pace.note(keyText(keyOf(work)))
    try {
      const options = { subresource: 'status', answer: 'metadata', signal } as const
      await machine.client.update(workKind, onlyStatus(work, status), options)
    } catch (error) {
      if (!isNotFound(error)) throw error // gone: nobody is left to read it
    }
  }

  return {
    edit(key, name, edit) {
      if (!machine.owns(whose.work(key))) return
      const text = keyText(key)
      const latest = performance.now()
      const before = waiting.get(text)
      const edits = new Map(before?.edits).set(name, edit)
      waiting.set(text, { edits, since: before?.since ?? latest, latest })
      worker.enqueueAfter(key, moment(0))
    },
  }
}

const writers = new WeakMap<object, WorkStatusWriter>()

/** The writer of a machine: the same one for every stage that stands on it. */
export function workStatusOf(machine: Machine): WorkStatusWriter {
  const writer = writers.get(machine) ?? createWorkStatusWriter(machine)
  writers.set(machine, writer)
  return writer
}
