import { createLog, readConfig, readConfigFile } from '@flotilla/core'
import { interrupted } from '../daemon.ts'
import { type FleetOptions, startFleet } from './fleet.ts'

export interface RunOptions extends Omit<FleetOptions, 'config' | 'log'> {
  /** The config file; without one the defaults hold. */
  readonly config?: string
}

/** Runs a fleet until someone interrupts it. Tells when it is ready; throws when it ends by itself. */
export async function runFleet({ config: file, ...options }: RunOptions): Promise<void> {
  const config = file ? readConfigFile(file) : readConfig()
  const stop = interrupted()
  const fleet = await startFleet({ ...options, config, log: createLog({ level: config.logLevel }) })
  const tell = () => console.log(`ready in ${Math.round(process.uptime() * 1000)} ms, kubeconfig ${fleet.kubeconfig}`)
  try {
    await Promise.race([fleet.ready.then(tell).then(() => stop), stop, fleet.ended])
  } finally {
    await fleet.stop()
  }
}
