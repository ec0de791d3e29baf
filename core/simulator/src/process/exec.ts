import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Console } from '@flotilla/apiserver'
import type { Container, Pod } from '../api/pod.ts'
import { environmentOf } from './environment.ts'
import { type Input, noInput, plainInput, Typed } from './input.ts'
import { interrupted } from './programs.ts'
import { isProgram, runProgram } from './shell.ts'

/** Of a process that was killed. */
const killed = 137

type Say = (text: string | Buffer) => Promise<void>

/** Writes as fast as it is read. Where nobody reads, it is said in vain. */
const saying =
  (stream: Writable | undefined, signal: AbortSignal, tty: boolean): Say =>
  async (text) => {
    if (!stream?.writable) return
    if (stream.write(tty ? String(text).replaceAll('\n', '\r\n') : text)) return
    await once(stream, 'drain', { signal }).catch(() => undefined) // nobody reads any more
  }

const inputOf = ({ stdin, tty }: Console, show: Say): Input => {
  if (!stdin) return noInput
  return tty ? new Typed(stdin, (text) => void show(text)) : plainInput(stdin)
}

/** As a runtime says it. */
const notFound = (program: string): string =>
  `failed to exec in container: OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH`

/** Runs one of the few programs there are, which nothing is executed for. Rejects as a runtime does where there is none. */
export async function exec(
  pod: Pod,
  container: Container,
  [program = '', ...args]: readonly string[],
  console: Console,
  signal: AbortSignal,
): Promise<number> {
  if (!isProgram(program)) throw new Error(notFound(program))
  const out = saying(console.stdout, signal, console.tty)
  const err = console.tty ? out : saying(console.stderr, signal, false)
  const stop = new AbortController()
  const input = inputOf(console, out)
  if (input instanceof Typed) input.interrupted = () => stop.abort()
  const life = AbortSignal.any([signal, stop.signal])
  const world = { pod, env: environmentOf(pod, container), input, out, err, now: () => new Date(), signal: life }
  const code = await runProgram([program, ...args], world)
  return signal.aborted ? killed : stop.signal.aborted ? interrupted : code
}
