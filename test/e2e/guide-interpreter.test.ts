import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Registry, startRegistry } from '../registry.ts'
import { root } from '../root.ts'
import { type Up, up } from '../up.ts'

const run = promisify(execFile)

interface Block {
  /** The file it is to be written to, where the words before it name one. */
  readonly file: string | undefined
  readonly language: string
  readonly text: string
}

const guide = readFileSync(join(root, 'docs/guides/write-an-interpreter/README.md'), 'utf8')

const blocks: readonly Block[] = [...guide.matchAll(/(?:`([\w./-]+)`:?\n\n)?^```(\w+)\n(.*?)^```$/gms)].map(
  ([, file, language = '', text = '']) => ({ file, language, text }),
)

/** A command line as a shell takes it apart, as far as the guide needs one. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''))

/** What stands in the guide, and what is printed. A line of the guide that ends in `...` is the beginning of one. */
function same(printed: string, shown: string): void {
  const lines = shown.trim().split('\n')
  const cut = (line: string, index: number) => {
    const [start = '', more] = (lines[index] ?? '').split(/\.\.\.$/)
    return more !== undefined && line.startsWith(start) ? `${start}...` : line.trimEnd()
  }
  assert.deepEqual(printed.trim().split('\n').map(cut), lines)
}

describe('the guide for authors of interpreters', () => {
  const home = mkdtempSync(join(tmpdir(), 'flotilla-guide-'))
  let fleet: Up
  let k: Kubectl
  let registry: Registry
  let folder = home

  before(async () => {
    registry = await startRegistry()
    fleet = await up({ members: 3 })
    k = kubectl(fleet.kubeconfig)
  })
  after(async () => {
    registry.close()
    rmSync(home, { recursive: true })
    assert.equal(await fleet.stop(), 0)
  })

  /** Files are those of the folder the reader is in. */
  const local = (word: string): string => (/^[\w./-]+\.yaml$/.test(word) ? join(folder, word) : word)

  async function start(line: string): Promise<string> {
    const [program = '', ...args] = words(line.replaceAll('localhost:5000', registry.host))
    if (program === 'kubectl') return k(...args.map(local))
    if (program === 'cd') folder = resolve(folder, args[0] ?? '')
    else if (program === 'npm') symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    else if (program === 'rm') for (const arg of args) rmSync(join(folder, arg))
    else {
      assert.equal(program, 'flotilla')
      const flotilla = [join(root, 'core/cli/bin/flotilla.js'), ...args]
      const { stdout } = await run(process.execPath, flotilla, { cwd: folder, timeout: 300_000 })
      return stdout.replaceAll(registry.host, 'localhost:5000')
    }
    return ''
  }

  /** What the last lines that were run have printed, together. */
  let printed: () => Promise<string> = async () => ''

  async function follow({ file, language, text }: Block): Promise<void> {
    if (file !== undefined) writeFileSync(join(folder, file), text)
    else if (language === 'text') await eventually(async () => same(await printed(), text))
    else {
      const lines = text.trim().split('\n')
      let out = ''
      for (const line of lines) out = await start(line)
      const last = lines.at(-1) ?? ''
      printed = async () => (last.startsWith('kubectl get') ? start(last) : out)
    }
  }

  test('prints what its commands print', async () => {
    assert.ok(blocks.some(({ file }) => file === 'src/plugin.ts'))
    assert.ok(blocks.filter(({ language }) => language === 'text').length > 4)
    for (const block of blocks) await follow(block)
  })

  test('has a program that fits its types', () => {
    execFileSync(join(root, 'node_modules/.bin/tsc'), { cwd: folder, stdio: 'inherit' })
  })

  test('hands a program on that a control plane fetches and runs', async () => {
    const image = /image: localhost:5000(\/\S+)/.exec(await printed())?.[1]
    const manifest = parse(readFileSync(join(folder, 'dist/fleets.yaml'), 'utf8')) as Json
    assert.match(manifest.spec.signature, /==$/)
    manifest.spec.source = { oci: { image: `${registry.host}${image}` } }
    manifest.metadata.name = 'fetched'
    const { code, err } = await k.run(['apply', '-f', '-'], stringify(manifest))
    assert.equal(code, 0, err)
    await eventually(async () => {
      const { status } = await k.json('resourceinterpretermodule', 'fetched')
      const ready = status?.conditions?.find(({ type }: Json) => type === 'Ready')
      assert.equal(ready?.status, 'True', ready?.message)
      assert.equal(status.digest, manifest.spec.sha256)
    })
  })
})
