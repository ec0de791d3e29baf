import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { type Up, up } from '../up.ts'

interface Block {
  readonly language: string
  readonly text: string
}

const blocksOf = (guide: string): readonly Block[] =>
  [...readFileSync(join(root, 'docs/guides', guide, 'README.md'), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
    ([, language = '', text = '']) => ({ language, text }),
  )

/** A command line as a shell takes it apart, as far as the guide needs one. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''))

/** Columns are as wide as what stands in them, which need not be the same here. */
const plain = (text: string): readonly string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.replace(/(\S) {2,}/g, '$1  ').trimEnd())

/** What stands in the guide, and what is printed. A line of the guide that ends in ` ...` is the beginning of one. */
function same(printed: readonly string[], shown: readonly string[]): void {
  const cut = (line: string, index: number) => {
    const [start = '', more] = (shown[index] ?? '').split(/ \.\.\.$/)
    return more !== undefined && line.startsWith(start) ? `${start} ...` : line
  }
  assert.deepEqual(printed.map(cut), shown)
}

for (const guide of ['plan', 'explain', 'failover'])
  describe(`the guide ${guide}`, () => {
    let flotilla: Up
    let k: Kubectl
    before(async () => {
      flotilla = await up({ members: 3 })
      k = kubectl(flotilla.kubeconfig)
    })
    after(() => flotilla.stop())

    const start = async (line: string): Promise<string> => {
      const [program, ...args] = words(line)
      if (program === 'kubectl') return k(...args)
      assert.equal(program, 'flotilla')
      return (await run(...args, '--kubeconfig', flotilla.kubeconfig)).out
    }

    test('prints what its commands print', async () => {
      const blocks = blocksOf(guide)
      assert.ok(blocks.some(({ language }) => language === 'text'))
      let last = ''
      for (const { language, text } of blocks) {
        const lines = text.trim().split('\n')
        if (language === 'text') {
          await eventually(async () => same(plain(await start(last)), plain(text)))
        } else {
          last = lines.at(-1) ?? ''
          for (const line of lines) if (!line.startsWith('flotilla ')) await start(line)
        }
      }
    })
  })
