/**
 * A process to be killed: an API server over HTTPS, whose objects and certificates are in the folder it is given. Prints where it listens, as JSON, when
 * it does.
 */
import { join } from 'node:path'
import { createApiServer, masters, openAuthority, serveHttps, sqliteStorage } from '@flotilla/apiserver'

const [, , dir = ''] = process.argv
const log = {
  debug() {},
  info() {},
  warn() {},
  error: (message: string, fields?: object) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  with: () => log,
}
const authority = await openAuthority({ dir: join(dir, 'pki') })
const { cert, key } = await authority.client('admin', { name: 'admin', groups: [masters] })
const server = await createApiServer({ name: 'crash', storage: sqliteStorage({ path: join(dir, 'crash.db') }), log })
const tls = { ca: authority.ca, ...(await authority.server()) }
const { url } = await serveHttps({ servers: [{ prefix: '/', server }], tls })
process.stdout.write(`${JSON.stringify({ url, ca: authority.ca, cert, key })}\n`)
