import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const script = fileURLToPath(new URL(`../testing/full-disk${extname(import.meta.url)}`, import.meta.url))
const dir = await mkdtemp(join(tmpdir(), 'apiserver-full-'))
after(() => rm(dir, { recursive: true }))

const shell = (command: string) => ['sh', '-c', command, process.execPath, script, dir] as const

/** A small disk of its own, in a namespace of its own: nobody has to be root for that, but where it is forbidden a small file has to do. */
const small = ['unshare', '--user', '--map-root-user', '--mount'] as const
const mount = `mount -t tmpfs -o size=3m none "$2"`

const spoken = async (command: readonly string[]): Promise<string> => {
  const [program = '', ...args] = command
  const { stdout } = await run(program, args, { timeout: 60_000 })
  return stdout
}

const mayMount = await spoken([...small, ...shell(mount)]).then(
  () => true,
  () => false,
)

const full = '507 507 InsufficientStorage'

test('a file that is as large as it may be refuses changes, loses none, and takes them again when something was deleted', async () => {
  assert.equal(await spoken([process.execPath, script, join(dir, 'small'), 'deletion', full]), '')
})

if (mayMount)
  test('a full disk refuses changes, loses none, and takes them again when there is room', async () => {
    const command = shell(`${mount} && exec "$0" "$1" "$2" ballast "${full}"`)
    assert.equal(await spoken([...small, ...command]), '')
  })

test('a disk that fails refuses changes, loses none, and takes them again when it works', async () => {
  const command = shell(`trap '' XFSZ; ulimit -S -f 4096; exec "$0" "$1" "$2" limit "500 500 InternalError"`)
  assert.equal(await spoken(command), '')
})
