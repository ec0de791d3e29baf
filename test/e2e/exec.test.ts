import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { delimiter, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { type Kubectl, kubectl } from '../kubectl.ts'
import { through } from '../through.ts'
import { type Up, up } from '../up.ts'

/** The kubectl that is meant, and others that lie beside it: 1.27 speaks SPDY, 1.30 WebSockets where it does not forward ports, 1.33 nothing else. */
function binaries(): readonly string[] {
  const meant = process.env.KUBECTL ?? 'kubectl'
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => resolve(folder, meant))
    .find(existsSync)
  if (!found) return [meant] // it will say itself that it is not there
  const versions = ['1.27', '1.30', '1.33'].map((version) => `${realpathSync(found)}.${version}`)
  return [meant, ...versions.filter(existsSync)]
}

const pod = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [
        {
          name: 'web',
          image: 'registry.example.com/web:1',
          env: [{ name: 'COLOUR', value: 'blue' }],
          ports: [{ containerPort: 80 }],
        },
      ],
    },
  })

/** A kubectl that goes on, and what it has said so far. */
class Running {
  readonly #child: ChildProcess
  #said = ''

  constructor(binary: string, kubeconfig: string, ...args: readonly string[]) {
    this.#child = spawn(binary, args, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk) => {
        this.#said += chunk
      })
  }

  /** Resolves to what it said that is like this. */
  async says(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = what.exec(this.#said)
      if (found) return found
      if (this.#child.exitCode !== null) throw new Error(`kubectl ended, and had said: ${this.#said}`)
      await Promise.race([
        once(this.#child.stdout ?? this.#child, 'data'),
        once(this.#child.stderr ?? this.#child, 'data'),
        once(this.#child, 'exit'),
      ])
    }
  }

  /** Resolves to its exit code. */
  async ends(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill()
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
  }
}

/** What a server on this machine answers. */
async function fetched(port: string | undefined): Promise<string> {
  const [response] = await once(get({ port, host: '127.0.0.1', path: '/hello', agent: false }), 'response')
  return text(response)
}

let fleet: Up
let member: string
let proxied: string
before(async () => {
  fleet = await up({ members: 1 })
  const k = kubectl(fleet.kubeconfig)
  const inMember = through(fleet.kubeconfig, 'member1')
  proxied = `${fleet.kubeconfig}.member1`
  member = `${fleet.kubeconfig}.inside`
  const minified = await k('config', 'view', '--raw', '--minify', '--flatten', '--context', 'member1', '-o', 'json')
  await writeFile(member, minified)
  await inMember.run(['apply', '-f', '-'], pod('web'))
  await inMember('wait', '--for=condition=Ready', 'pod/web', '--timeout=30s')
})
after(() => fleet.stop())

for (const binary of binaries()) {
  const version = binary.slice(binary.lastIndexOf('/') + 1)
  for (const way of ['in a member', 'through the control plane']) {
    describe(`${version} ${way}`, () => {
      let kubeconfig: string
      let k: Kubectl
      before(() => {
        kubeconfig = way === 'in a member' ? member : proxied
        k = kubectl(kubeconfig, binary)
      })

      test('runs a command in a container', async () => {
        const { code, out, err } = await k.run(['exec', 'web', '--', 'sh', '-c', 'echo hello $COLOUR; dance; exit 3'])
        assert.deepEqual([code, out], [3, 'hello blue\n'])
        assert.match(err, /^sh: dance: not found$/m)
        assert.match(err, /^command terminated with exit code 3$/m)
      })

      test('is heard in it', async () => {
        const large = 'line\n'.repeat(100_000)
        assert.deepEqual(await k.run(['exec', '-i', 'web', '-c', 'web', '--', 'cat'], large), {
          code: 0,
          out: large,
          err: '',
        })
      })

      test('hears why it cannot', async () => {
        const { code, err } = await k.run(['exec', 'web', '--', 'dance'])
        assert.equal(code, 1)
        assert.match(err, /exec: "dance": executable file not found in \$PATH/)
        assert.match((await k.run(['exec', 'nobody', '--', 'true'])).err, /\(NotFound\): pods "nobody" not found/)
      })

      test('forwards a port, and hears of one that nobody listens on', async () => {
        await using forwarding = new Running(binary, kubeconfig, 'port-forward', 'web', ':80', ':81')
        const [, port] = await forwarding.says(/Forwarding from 127.0.0.1:(\d+) -> 80/)
        for (let i = 0; i < 3; i++)
          assert.equal(await fetched(port), 'simulated: port 80 of pod default/web was asked to GET /hello\n')
        const [, other] = await forwarding.says(/Forwarding from 127.0.0.1:(\d+) -> 81/)
        await assert.rejects(fetched(other))
        await forwarding.says(/error forwarding port 81 to pod web, uid .*connection refused/)
      })

      test('is attached until the pod goes', async () => {
        const applied = await k.run(['apply', '-f', '-'], pod('passing'))
        assert.equal(applied.code, 0, applied.err)
        await k('wait', '--for=condition=Ready', 'pod/passing', '--timeout=30s')
        await using attached = new Running(binary, kubeconfig, 'attach', 'passing')
        await attached.says(/simulated: web runs registry.example.com\/web:1 on member1-node/)
        await k('delete', 'pod', 'passing', '--now')
        assert.equal(await attached.ends(), 137)
      })
    })
  }
}
