import { createLog, readConfig, readConfigFile } from '@flotilla/core'
import { interrupted } from '../daemon.ts'
import { issuersIn } from './authentication.ts'
import { type FleetOptions, startFleet } from './fleet.ts'

export interface RunOptions extends Omit<FleetOptions, 'config' | 'log' | 'issuers'> {
  /** The config file; without one the defaults hold. */
  readonly config?: string
  /** The file that says whose tokens are believed. */
  readonly authenticationConfig?: string
}

/** Runs a fleet until someone interrupts it. Tells when it is ready; throws when it ends by itself. */
export async function runFleet({ config: file, authenticationConfig, ...options }: RunOptions): Promise<void> {
  const config = file ? readConfigFile(file) : readConfig()
  const issuers = authenticationConfig ? await issuersIn(authenticationConfig) : []
  const stop = interrupted()
  const fleet = await startFleet({ ...options, issuers, config, log: createLog({ level: config.logLevel }) })
  const tell = () => console.log(`ready in ${Math.round(process.uptime() * 1000)} ms, kubeconfig ${fleet.kubeconfig}`)
  try {
    await Promise.race([fleet.ready.then(tell).then(() => stop), stop, fleet.ended])
  } finally {
    await fleet.stop()
  }
}
