import assert from 'node:assert/strict'
import { type Choice, choose } from '../src/points/match.ts'
import { deployment } from './build.ts'
import { type Case, exam } from './exam.ts'

export interface ChoiceWords extends Case {
  /** By default about the Deployment `default/web`. */
  readonly given: Partial<Choice> & Pick<Choice, 'policies'>
  /** Name of the policy; without it the plugin has no opinion. */
  readonly chooses?: string
}

/** Examines a plugin that chooses among the policies that select a template. */
export const examineChoose = exam({
  point: choose,
  asks: ({ given }: ChoiceWords): Choice => ({ template: deployment(), ...given }),
  says: (policy) => policy?.metadata.name,
  wants: ({ chooses }: ChoiceWords) => chooses,
  sound: (policy, { policies }) => {
    if (policy) assert.ok(policies.some(({ metadata }) => metadata.name === policy.metadata.name))
  },
})
