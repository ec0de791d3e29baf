import { type Conflict, conflict, type Resolution } from '../src/points/apply.ts'
import { deployment, work } from './build.ts'
import { type Case, exam } from './exam.ts'

export interface ConflictWords extends Case {
  /** By default the Deployment `default/web` in `member1`, which is there already and was made by someone else. */
  readonly given?: Partial<Conflict>
  /** Without it the plugin has no opinion. */
  readonly decides?: Resolution
}

/** Examines a plugin that says what happens to objects Flotilla did not make. */
export const examineConflict = exam({
  point: conflict,
  asks: ({ given }: ConflictWords): Conflict => ({
    cluster: 'member1',
    work: work(),
    desired: deployment(),
    observed: deployment(),
    ...given,
  }),
  says: (decision) => decision,
  wants: ({ decides }: ConflictWords) => decides,
})
