import { closeSync, openSync, writeSync } from 'node:fs'
import type { AuditOptions } from '@flotilla/apiserver'
import type { Log } from '@flotilla/sdk'

export interface AuditPlace {
  readonly file: string
  readonly level: AuditOptions['level']
}

/** A file of audit events, which only its owner can read. */
export interface AuditFile extends AuditOptions, Disposable {}

/** Opens a file of audit events, to go on with what is in it. Events of one turn are written together, before the next. */
export function openAudit({ file, level }: AuditPlace, log: Log): AuditFile {
  const descriptor = openSync(file, 'a', 0o600)
  let waiting: string[] = []
  const flush = () => {
    const lines = waiting
    waiting = []
    try {
      if (lines.length > 0) writeSync(descriptor, `${lines.join('\n')}\n`)
    } catch (error) {
      log.error('audit events are lost', { file, events: lines.length, error })
    }
  }
  return {
    level,
    write: (line) => {
      if (waiting.push(line) === 1) setImmediate(flush)
    },
    [Symbol.dispose]: () => {
      flush()
      closeSync(descriptor)
    },
  }
}
