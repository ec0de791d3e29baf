import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.ts'

/** The words in code quotes that are headings of a level in a page of docs. */
export const headings = (page: string, level: number): string[] =>
  [...readFileSync(join(root, 'docs', page), 'utf8').matchAll(new RegExp(`^#{${level}} \`([^\`]+)\``, 'gm'))].map(
    (found) => found[1] ?? '',
  )
