import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAuthority } from '@flotilla/apiserver'
import { interpreterWebhook, onInterpret } from '@flotilla/interpreter-webhooks/server'
import { type Manifest, resourceInterpreterWebhookConfigurationKind } from '@flotilla/sdk'
import { fastify } from 'fastify'
import * as known from './deployment.ts'

const type = { apiVersion: 'apps/v1', kind: 'Deployment' }

/** The interpreter behind HTTPS, until the stack is disposed of; gives what registers it. */
export async function serveWebhook(open: AsyncDisposableStack): Promise<Manifest> {
  const authority = await openAuthority({ dir: mkdtempSync(join(tmpdir(), 'flotilla-webhook-')) })
  const app = fastify({ https: await authority.server() })
  open.defer(() => app.close())
  const interpreters = [
    onInterpret<known.Deployment>(type, { ...known, status: (object) => known.status(object) ?? {} }),
  ]
  await app.register(interpreterWebhook, { path: '/interpret', interpreters })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { apiVersion, kind } = resourceInterpreterWebhookConfigurationKind
  const rule = { operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], kinds: ['Deployment'] }
  const hook = {
    name: 'deployments.example.com',
    clientConfig: { url: `${url}/interpret`, caBundle: Buffer.from(authority.ca).toString('base64') },
    rules: [rule],
    interpreterContextVersions: ['v1alpha1'],
  }
  const registration = { apiVersion, kind, metadata: { name: 'deployments-by-webhook' }, webhooks: [hook] }
  return registration
}
