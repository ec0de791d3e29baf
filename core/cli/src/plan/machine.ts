import { type Config, createLog, readConfig, readConfigFile } from '@flotilla/core'
import type { Log } from '@flotilla/sdk'

/** What the pipeline is run with in this process. */
export interface MachineOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
}

/** The plugins and settings of the config file, and no log. What matters is in the answer. */
export const machineOf = ({ config }: { readonly config?: string }, version: string): MachineOptions => ({
  config: config ? readConfigFile(config) : readConfig(),
  log: createLog({ level: 'silent' }),
  version,
})
