import { setTimeout as sleep } from 'node:timers/promises'
import type { Pod } from '../api/pod.ts'
import { hostnameOf } from './environment.ts'
import type { Input } from './input.ts'

/** What a program runs in. */
export interface World {
  readonly pod: Pod
  readonly env: Map<string, string>
  readonly input: Input
  readonly out: (text: string | Buffer) => Promise<void>
  readonly err: (text: string) => Promise<void>
  readonly now: () => Date
  /** Fires when it is to end. */
  readonly signal: AbortSignal
}

/** Resolves to its exit code. */
export type Program = (args: readonly string[], world: World) => Promise<number>

/** Of a program that was interrupted. */
export const interrupted = 130

const filesOf = (pod: Pod): Readonly<Record<string, string>> => ({
  '/etc/hostname': `${hostnameOf(pod)}\n`,
  '/etc/hosts': `127.0.0.1\tlocalhost\n${pod.status?.podIP ?? '127.0.0.1'}\t${hostnameOf(pod)}\n`,
})

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })

const copyInput = async ({ input, out, signal }: World): Promise<number> => {
  const end = aborted(signal)
  for (;;) {
    const chunk = await Promise.race([input.read(), end])
    if (signal.aborted) return interrupted
    if (chunk === undefined) return 0
    await out(chunk)
  }
}

const cat: Program = async (args, world) => {
  if (args.length === 0) return copyInput(world)
  const files = filesOf(world.pod)
  let code = 0
  for (const name of args) {
    const text = name === '-' ? undefined : files[name]
    if (name === '-') code ||= await copyInput(world)
    else if (text !== undefined) await world.out(text)
    else {
      await world.err(`cat: can't open '${name}': No such file or directory\n`)
      code = 1
    }
  }
  return code
}

const echo: Program = async (args, { out }) => {
  const isBare = args[0] === '-n'
  await out(args.slice(isBare ? 1 : 0).join(' ') + (isBare ? '' : '\n'))
  return 0
}

const env: Program = async (_, { env: all, out }) => {
  await out([...all].map(([name, value]) => `${name}=${value}\n`).join(''))
  return 0
}

const printenv: Program = async (names, world) => {
  if (names.length === 0) return env(names, world)
  const found = names.map((name) => world.env.get(name))
  await world.out(
    found
      .filter((value) => value !== undefined)
      .map((value) => `${value}\n`)
      .join(''),
  )
  return found.includes(undefined) ? 1 : 0
}

const pause: Program = async ([text = ''], { err, signal }) => {
  const seconds = Number(text)
  if (text === '' || !(seconds >= 0)) {
    await err(`sleep: invalid number '${text}'\n`)
    return 1
  }
  const longest = 2 ** 31 - 1
  await sleep(Math.min(seconds * 1000, longest), undefined, { signal }).catch(() => undefined)
  return signal.aborted ? interrupted : 0
}

const saying =
  (text: (world: World) => string): Program =>
  async (_, world) => {
    await world.out(`${text(world)}\n`)
    return 0
  }

/** The programs every container has. */
export const programs: Readonly<Record<string, Program>> = {
  cat,
  date: saying(({ now }) => now().toUTCString()),
  echo,
  env,
  false: async () => 1,
  hostname: saying(({ pod }) => hostnameOf(pod)),
  printenv,
  pwd: saying(() => '/'),
  sleep: pause,
  true: async () => 0,
  whoami: saying(() => 'root'),
}

const folders = ['/bin/', '/usr/bin/']

/** The name of a program by its path. */
export const nameOf = (path: string): string => {
  const folder = folders.find((each) => path.startsWith(each))
  return folder ? path.slice(folder.length) : path
}
