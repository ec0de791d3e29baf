import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Pod } from '../api/pod.ts'
import { exec } from './exec.ts'

const container = {
  name: 'web',
  env: [
    { name: 'COLOUR', value: 'deep blue' },
    { name: 'WHERE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'BOTH', value: '$(COLOUR) at $(WHERE) $(NOWHERE)' },
    { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } },
  ],
}

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', namespace: 'default' },
  spec: { containers: [container], nodeName: 'node-1' },
}

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(command: readonly string[], input?: string): Promise<Said> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end(input)
  const console = { stdin, stdout, stderr, tty: false, onResize: () => {} }
  const code = await exec(pod, container, command, console, new AbortController().signal)
  stdout.end()
  stderr.end()
  return { code, out: await text(stdout), err: await text(stderr) }
}

const sh = (script: string): readonly string[] => ['sh', '-c', script]

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const environment = `${path}\nHOSTNAME=web-0\nHOME=/root\nCOLOUR=deep blue\nWHERE=node-1\nBOTH=deep blue at node-1 $(NOWHERE)\n`
const unknown = (what: string) => `sh: syntax error: "${what}" is not known to this simulated shell\n`

const cases: Readonly<Record<string, readonly [command: readonly string[], said: Partial<Said>, input?: string]>> = {
  'says what it is told': [['echo', 'a  b', 'c'], { out: 'a  b c\n' }],
  'says it without an end': [['echo', '-n', 'a'], { out: 'a' }],
  'says its variables': [['env'], { out: environment }],
  'says one of them': [['printenv', 'WHERE', 'NONE'], { out: 'node-1\n', code: 1 }],
  'says its name': [['/bin/hostname'], { out: 'web-0\n' }],
  'knows its files': [['cat', '/etc/hostname'], { out: 'web-0\n' }],
  'knows no others': [
    ['cat', '/nowhere', '/etc/hostname'],
    { out: 'web-0\n', err: "cat: can't open '/nowhere': No such file or directory\n", code: 1 },
  ],
  'says back what it hears': [sh('cat'), { out: 'a\nb' }, 'a\nb'],
  'is where it is': [['pwd'], { out: '/\n' }],
  'is who it is': [['whoami'], { out: 'root\n' }],
  succeeds: [['true'], {}],
  fails: [['false'], { code: 1 }],
  sleeps: [['sleep', '0.01'], {}],
  'does not sleep for a word': [['sleep', 'long'], { err: "sleep: invalid number 'long'\n", code: 1 }],
  'runs one after another': [sh('echo a; echo b\necho c'), { out: 'a\nb\nc\n' }],
  'goes on as things went': [sh('true && echo a || echo b; false && echo c || echo d'), { out: 'a\nd\n' }],
  'ends with a code': [sh('exit 3; echo no'), { code: 3 }],
  'ends as its last command': [sh('true; false'), { code: 1 }],
  'knows how the last one ended': [sh('false; echo $?'), { out: '1\n' }],
  'expands what is not quoted': [
    sh(`echo $COLOUR \${WHERE}! '$WHERE' "$COLOUR" \\$WHERE "\\$"`),
    { out: 'deep blue node-1! $WHERE deep blue $WHERE $\n' },
  ],
  'leaves out what is empty': [sh('echo a $NONE b "$NONE" c'), { out: 'a b  c\n' }],
  'keeps a variable': [sh('A="b c"; echo "$A"'), { out: 'b c\n' }],
  'hears no comments': [sh('echo a # b\necho c#d'), { out: 'a\nc#d\n' }],
  'has no other programs': [sh('dance'), { err: 'sh: dance: not found\n', code: 127 }],
  'has no pipes': [sh('echo a | cat'), { err: unknown('|'), code: 2 }],
  'writes no files': [sh('echo a > b'), { err: unknown('>'), code: 2 }],
  'runs nothing in words': [sh('echo $(date)'), { err: unknown('$('), code: 2 }],
  'knows an open quote': [sh('echo "a'), { err: 'sh: syntax error: unterminated quoted string\n', code: 2 }],
  'runs what it reads': [['sh'], { out: 'a\n', code: 4 }, 'echo a\nexit 4\necho b\n'],
  'runs a last line without an end': [['bash'], { out: 'a\nb\n' }, 'echo a\necho b'],
  'is a shell in a shell': [sh(`sh -c 'exit 5'; echo $?`), { out: '5\n' }],
  'knows no scripts': [['sh', 'run.sh'], { err: 'sh: this simulated shell knows -c only, not run.sh\n', code: 2 }],
}

for (const [name, [command, said, input]] of Object.entries(cases)) {
  test(`a simulated container ${name}`, async () => {
    assert.deepEqual(await run(command, input), { code: 0, out: '', err: '', ...said })
  })
}

test('a simulated container knows what day it is', async () => {
  const { out } = await run(['date'])
  assert.ok(Math.abs(Date.parse(out) - Date.now()) < 60_000, out)
})

test('a program that is not there cannot be run', async () => {
  for (const program of ['dance', '/usr/local/bin/echo', 'constructor', '']) {
    await assert.rejects(run([program]), {
      message: new RegExp(`exec: "${program}": executable file not found in \\$PATH$`),
    })
  }
})

/** Someone at a terminal. */
function typing(...command: readonly string[]) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()]
  const console = { stdin, stdout, tty: true, onResize: () => {} }
  const life = new AbortController()
  const ended = exec(pod, container, command, console, life.signal)
  let seen = ''
  stdout.on('data', (chunk) => {
    seen += chunk
  })
  return {
    type: async (keys: string) => {
      await setImmediate() // nobody types as fast as a program starts
      stdin.write(keys)
    },
    leave: () => stdin.destroy(),
    kill: () => life.abort(),
    ended,
    /** Resolves when the screen ends like this. */
    async sees(end: string) {
      while (!seen.endsWith(end)) await new Promise((resolve) => stdout.once('data', resolve))
      return seen
    },
  }
}

test('a shell at a terminal shows what is typed, and says when it is ready', async () => {
  const { type, sees, ended } = typing('sh')
  await sees('# ')
  await type('echo hellp\u007fo\r')
  assert.equal(await sees('# '), '# echo hellp\b \bo\r\nhello\r\n# ')
  await type('\r')
  await sees('# \r\n# ')
  await type('exit 7\r')
  assert.equal(await ended, 7)
})

test('Ctrl-C ends what runs, and not the shell', async () => {
  const { type, sees, ended } = typing('bash')
  await sees('# ')
  await type('sleep 1000\r')
  await sees('sleep 1000\r\n')
  await type('\u0003')
  await sees('^C\r\n# ')
  await type('echo $?\r')
  await sees('130\r\n# ')
  await type('nothing\u0003')
  await sees('nothing^C\r\n# ')
  await type('\u0004')
  assert.equal(await ended, 0)
})

test('Ctrl-C ends a program that runs alone', async () => {
  const { type, ended } = typing('sleep', '1000')
  await type('\u0003')
  assert.equal(await ended, 130)
})

test('what is typed for a program is read by lines', async () => {
  const { type, sees, ended } = typing('cat')
  await type('one\r')
  await sees('one\r\none\r\n')
  await type('\u0004')
  assert.equal(await ended, 0)
})

test('a shell ends with who types', async () => {
  const { leave, sees, ended } = typing('sh')
  await sees('# ')
  leave()
  assert.equal(await ended, 0)
})

test('what is killed says so', async () => {
  const { kill, ended } = typing('sleep', '1000')
  kill()
  assert.equal(await ended, 137)
})
