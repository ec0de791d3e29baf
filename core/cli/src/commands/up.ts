import { once } from 'node:events'
import { createLog, readConfig, readConfigFile } from '@flotilla/core'
import type { Command } from 'commander'
import { startFleet } from '../fleet/fleet.ts'
import { command, wholeNumber } from './options.ts'

interface UpFlags {
  readonly members?: number
  readonly nodes?: number
  readonly dataDir: string
  readonly port: number
  readonly kubeconfig?: string
  readonly config?: string
}

/** Resolves at Ctrl-C or a polite kill. A second Ctrl-C ends the process at once. */
const interrupted = (): Promise<unknown> => Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

export const upCommand = (version: string): Command =>
  command('up')
    .description('run a control plane and simulated members in this process, until Ctrl-C')
    .option('--members <n>', 'simulated members; by default those of the directory, or 3', wholeNumber(0, 100))
    .option('--nodes <n>', 'simulated nodes in each member; by default 3', wholeNumber(1, 5000))
    .option('--data-dir <dir>', 'where everything is kept', '.flotilla/up')
    .option('--port <port>', 'the port on 127.0.0.1; 0 is any that is free', wholeNumber(0, 65_535), 7443)
    .option('--kubeconfig <file>', 'where to write the kubeconfig; by default into the directory')
    .option('--config <file>', 'the config file')
    .action(async ({ config: file, ...flags }: UpFlags) => {
      const config = file ? readConfigFile(file) : readConfig()
      const stop = interrupted()
      const fleet = await startFleet({ ...flags, config, version, log: createLog({ level: config.logLevel }) })
      console.log(`ready in ${Math.round(process.uptime() * 1000)} ms, kubeconfig ${fleet.kubeconfig}`)
      await stop
      await fleet.stop()
    })
