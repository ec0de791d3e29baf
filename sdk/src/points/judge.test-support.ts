import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

/** Answers by name: what is wrong with each, if anything. */
export type Table = Readonly<Record<string, readonly [answer: unknown, problem?: RegExp]>>

/** One test for each answer. */
export function judge(point: string, check: (answer: unknown) => string | undefined, table: Table): void {
  describe(point, () => {
    for (const [name, [answer, problem]] of Object.entries(table)) {
      test(name, () => {
        if (problem) assert.match(check(answer) ?? 'nothing is wrong', problem)
        else assert.equal(check(answer), undefined)
      })
    }
  })
}
