import { isAlreadyExists } from '@flotilla/sdk'
import { type ControllerRevision, controllerRevisionKind } from '../api/controller-revision.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { byController } from '../owner.ts'
import { type Current, planHistory } from './history.ts'

/** Keeps the templates that workloads had. */
export class Revisions extends Cached<ControllerRevision> {
  constructor(machine: Machine) {
    super(machine, controllerRevisionKind)
  }

  /** So that there is one of the template as it is now. */
  async keep(current: Current): Promise<void> {
    const { uid = '' } = current.owner.metadata
    const { create, renumber, remove } = planHistory(current, this.store.by(byController, uid))
    if (renumber) await this.patch(renumber.revision, { revision: renumber.number })
    for (const revision of remove) await this.delete(revision)
    try {
      if (create) await this.create(create)
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }
}
