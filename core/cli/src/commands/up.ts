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

/** Resolves at Ctrl-C or a polite kill. A second one ends the process at once. */
async function interrupted(): Promise<void> {
  const heard = new AbortController()
  await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: heard.signal })))
  heard.abort()
}

export const upCommand = (version: string): Command =>
  command('up')
    .summary('run a control plane and simulated members in this process')
    .description(
      'Run a control plane and simulated member clusters in this process, until Ctrl-C. The next start on the same\n' +
        'directory goes on where this one was. `--members 0` and `flotilla join` give a control plane for real clusters.',
    )
    .option('--members <n>', 'simulated members; by default those of the directory, or 3', wholeNumber(0, 100))
    .option('--nodes <n>', 'simulated nodes in each member; by default 3', wholeNumber(1, 5000))
    .option('--data-dir <dir>', 'where everything is kept', '.flotilla/up')
    .option('--port <port>', 'the port on 127.0.0.1; 0 is any that is free', wholeNumber(0, 65_535), 7443)
    .option('--kubeconfig <file>', 'where to write the kubeconfig; by default into the directory')
    .option('--config <file>', 'the config file (docs/config.md)')
    .action(async ({ config: file, ...flags }: UpFlags) => {
      const config = file ? readConfigFile(file) : readConfig()
      const stop = interrupted()
      const fleet = await startFleet({ ...flags, config, version, log: createLog({ level: config.logLevel }) })
      const tell = () =>
        console.log(`ready in ${Math.round(process.uptime() * 1000)} ms, kubeconfig ${fleet.kubeconfig}`)
      try {
        await Promise.race([fleet.ready.then(tell).then(() => stop), stop, fleet.ended])
      } finally {
        await fleet.stop()
      }
    })
