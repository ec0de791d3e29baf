import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type AuditOptions, type AuditPolicy, readAuditPolicy } from '@flotilla/apiserver'
import type { Log } from '@flotilla/sdk'
import { parse } from 'yaml'
import { sentence } from '../output/sentence.ts'

export interface AuditPlace {
  readonly file: string
  readonly level: AuditOptions['level']
  /** The file that says it for each request. */
  readonly policy?: string
}

const policyIn = (file: string): AuditPolicy => {
  try {
    return readAuditPolicy(parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new Error(`${file}: ${sentence(cause)}`, { cause })
  }
}

/** A file of audit events, which only its owner can read. */
export interface AuditFile extends AuditOptions, Disposable {}

/** Opens a file of audit events, to go on with what is in it. Events of one turn are written together, before the next. */
export function openAudit({ file, level, policy: words }: AuditPlace, log: Log): AuditFile {
  const policy = words === undefined ? undefined : policyIn(words)
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
    ...(policy && { policy }),
    write: (line) => {
      if (waiting.push(line) === 1) setImmediate(flush)
    },
    [Symbol.dispose]: () => {
      flush()
      closeSync(descriptor)
    },
  }
}
