import { readFileSync } from 'node:fs'
import { interpreterWebhook } from '@flotilla/interpreter-webhooks/server'
import { fastify } from 'fastify'
import { workload } from './workload.ts'

const { TLS_DIR = '.', PORT = '8443' } = process.env

const app = fastify({ https: { cert: readFileSync(`${TLS_DIR}/tls.crt`), key: readFileSync(`${TLS_DIR}/tls.key`) } })
await app.register(interpreterWebhook, { path: '/interpret', interpreters: [workload] })
console.log('listening at', await app.listen({ port: Number(PORT) }))
