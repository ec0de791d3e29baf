import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, httpTransport, loadKubeconfig, type Transport } from '@flotilla/kube'
import type { Client } from '@flotilla/sdk'
import { newDataDir, type Up, up } from '../up.ts'
import { clusters } from './universe.ts'
import { type Site, versionOf, type World } from './world.ts'

const config = 'clusterStatusUpdateFrequency: 250ms\n'

/** The lines to a `flotilla up`, by context. */
class Lines {
  readonly #transports: Transport[] = []
  readonly #clients = new Map<string, Client>()

  async open({ kubeconfig }: Up): Promise<void> {
    await this.close()
    for (const context of ['flotilla', ...clusters]) {
      const transport = httpTransport(await loadKubeconfig(kubeconfig, context))
      this.#transports.push(transport)
      this.#clients.set(context, createClient(transport, { fieldManager: 'kubectl' }))
    }
  }

  to(context: string): Client {
    const client = this.#clients.get(context)
    if (!client) throw new Error(`there is no line to ${context}`)
    return client
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.splice(0).map((transport) => transport.close()))
  }
}

const siteOf = (lines: Lines, name: string): Site => ({
  name,
  isUp: true,
  get client() {
    return lines.to(name)
  },
  cut() {},
  mend() {},
})

/** A `flotilla up` as a process of its own. A restart of it is `kill -9`, in the middle of whatever it does. */
export async function createUpWorld(): Promise<World> {
  const dataDir = newDataDir()
  const file = join(dataDir, 'config.yaml')
  writeFileSync(file, config)
  const start = () => up({ members: clusters.length, dataDir, args: ['--config', file] })
  const lines = new Lines()
  let flotilla = await start()
  await lines.open(flotilla)
  const sites = clusters.map((name) => siteOf(lines, name))
  return {
    sites,
    complaints: [],
    get client() {
      return lines.to('flotilla')
    },
    site(name) {
      const found = sites.find((each) => each.name === name)
      if (!found) throw new Error(`there is no site ${name}`)
      return found
    },
    async restart() {
      await flotilla.kill()
      flotilla = await start()
      await lines.open(flotilla)
    },
    versions: async () =>
      (await Promise.all(['flotilla', ...clusters].map((name) => versionOf(lines.to(name))))).join(' '),
    async [Symbol.asyncDispose]() {
      await lines.close()
      await flotilla.stop()
    },
  }
}
