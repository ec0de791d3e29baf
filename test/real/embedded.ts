import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApiServer, masters, memoryStorage, openAuthority, openFrontProxy, serveHttps } from '@flotilla/apiserver'
import { stringify } from 'yaml'

/** An embedded server that is reached as a real one is. */
export interface Embedded extends AsyncDisposable {
  readonly kubeconfig: string
  /** The authority of those whom it lets speak for others. */
  readonly frontProxyCa: string
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Starts one with roles, over HTTPS; its files go into the folder. */
export async function embedded(dir: string): Promise<Embedded> {
  const authority = await openAuthority({ dir: join(dir, 'embedded') })
  const { cert, key } = await authority.client('admin', { name: 'admin', groups: [masters] })
  const access = { authority, tokenKey: await authority.key('tokens') }
  const log = { debug() {}, info() {}, warn() {}, error: assert.fail, with: () => log }
  const frontProxy = await openFrontProxy({ dir: join(dir, 'embedded', 'front-proxy') })
  const server = await createApiServer({ name: 'embedded', storage: memoryStorage(), access, frontProxy, log })
  const tls = { ca: authority.ca, ...(await authority.server()) }
  const listener = await serveHttps({ servers: [{ prefix: '/', server }], tls })
  const kubeconfig = join(dir, 'embedded.kubeconfig')
  const name = 'embedded'
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: listener.url, 'certificate-authority-data': base64(authority.ca) } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
  }
  writeFileSync(kubeconfig, stringify(document), { mode: 0o600 })
  return {
    kubeconfig,
    frontProxyCa: frontProxy.ca,
    async [Symbol.asyncDispose]() {
      await listener.close()
      await server.close()
    },
  }
}
