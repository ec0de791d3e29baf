import assert from 'node:assert/strict'
import type { Manifest } from '../src/manifest.ts'
import { type Completion, complete, type Summary } from '../src/points/aggregate.ts'
import { type Case, exam } from './exam.ts'

export interface SummaryWords extends Case {
  /** By default nothing was said before, nobody says anything, and it is the first moment of 2026. */
  readonly given: Partial<Summary> & { readonly template: Manifest }
  /** Without it the plugin has no opinion. */
  readonly adds?: Completion
}

/** Examines what a plugin adds to the status of a template. */
export const examineComplete = exam({
  point: complete,
  asks: ({ given }: SummaryWords): Summary => {
    const { status: _, ...before } = given.template
    return { before, items: [], targets: [], now: Date.UTC(2026), ...given }
  },
  says: (completion) => completion,
  wants: ({ adds }: SummaryWords) => adds,
  sound: (completion) => {
    const { conditions = [], fields = {}, again = 0 } = completion ?? {}
    assert.equal(new Set(conditions.map(({ type }) => type)).size, conditions.length, 'a type has one condition')
    assert.ok(
      !conditions.some((condition) => 'lastTransitionTime' in condition),
      'times of transition are not its business',
    )
    assert.ok(!('conditions' in fields), 'conditions are not among the other fields')
    assert.ok(again >= 0, 'it is asked again later')
  },
})
