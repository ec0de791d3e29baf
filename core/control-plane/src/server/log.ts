import type { Log } from '@flotilla/sdk'
import { destination, type Logger, pino } from 'pino'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export interface LogOptions {
  readonly level?: (typeof logLevels)[number]
  /** A file descriptor; by default standard error. */
  readonly fd?: number
}

/** A log of JSON lines. Errors under `error` are written with their stack and causes. */
export function createLog({ level = 'info', fd = 2 }: LogOptions = {}): Log {
  return around(
    pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        serializers: { error: pino.stdSerializers.errWithCause },
        formatters: { level: (label) => ({ level: label }) },
      },
      destination({ fd, sync: false, minLength: 0 }),
    ),
  )
}

const around = (logger: Logger): Log => ({
  debug: (message, fields = {}) => logger.debug(fields, message),
  info: (message, fields = {}) => logger.info(fields, message),
  warn: (message, fields = {}) => logger.warn(fields, message),
  error: (message, fields = {}) => logger.error(fields, message),
  with: (fields) => around(logger.child(fields)),
})
