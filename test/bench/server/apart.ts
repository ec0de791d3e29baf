import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** What a process can be asked to do, by name. Arguments and answers are plain data. */
// biome-ignore lint/suspicious/noExplicitAny: whatever tasks take and answer, `asked` says
export type Tasks = Readonly<Record<string, (argument: any) => unknown>>

interface Question {
  readonly id: number
  readonly task: string
  readonly argument: unknown
}

interface Reply {
  readonly id: number
  readonly answer?: unknown
  readonly error?: string
}

/** Does what the process is asked for, as the one who started it asks; and ends with that one. */
export function serveTasks(tasks: Tasks): void {
  process.on('disconnect', () => process.exit())
  process.on('message', async ({ id, task, argument }: Question) => {
    try {
      const answer = await tasks[task]?.(argument)
      process.send?.({ id, answer } satisfies Reply)
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? '') : String(error) } satisfies Reply)
    }
  })
}

/** Another process, to be asked. */
export interface Apart<T extends Tasks> extends AsyncDisposable {
  ask<K extends keyof T & string>(task: K, argument: Parameters<T[K]>[0]): Promise<Awaited<ReturnType<T[K]>>>
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Starts a process that does tasks, until it is disposed of. */
export function apart<T extends Tasks>(script: URL, execArgv: readonly string[] = []): Apart<T> {
  const child = fork(script, { execArgv: [...execArgv] })
  const waiting = new Map<number, (reply: Reply) => void>()
  let last = 0
  child.on('message', (reply: Reply) => waiting.get(reply.id)?.(reply))
  child.on('exit', (code, signal) => {
    for (const [id, settle] of waiting) settle({ id, error: `the process has ended: ${signal ?? code}` })
  })
  return {
    ask(task, argument) {
      const id = ++last
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<T[typeof task]>>>()
      waiting.set(id, ({ answer, error }) => {
        waiting.delete(id)
        if (error === undefined)
          resolve(answer as Awaited<ReturnType<T[typeof task]>>) // of the task by this name
        else reject(new Error(error))
      })
      child.send({ id, task, argument } satisfies Question)
      return promise
    },
    [Symbol.asyncDispose]: () => ended(child),
  }
}
