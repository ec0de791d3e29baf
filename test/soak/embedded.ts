import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiServer, masters, memoryStorage, openAuthority, serveHttps } from '@flotilla/apiserver'
import { createLog } from '@flotilla/core'
import type { HttpOptions } from '@flotilla/kube'

export interface Embedded extends AsyncDisposable {
  readonly options: HttpOptions
}

/** An embedded API server that remembers little, and who may do everything there. */
export async function embedded(): Promise<Embedded> {
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-soak-'))
  const authority = await openAuthority({ dir })
  const { cert, key } = await authority.server()
  const admin = await authority.client('admin', { name: 'admin', groups: [masters] })
  const log = createLog({ level: 'error' })
  const server = await createApiServer({ name: 'soak', storage: memoryStorage(), log, history: 100 })
  const listener = await serveHttps({ servers: [{ prefix: '/', server }], tls: { ca: authority.ca, cert, key } })
  return {
    options: { server: listener.url, ca: authority.ca, ...admin },
    async [Symbol.asyncDispose]() {
      await listener.close()
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
