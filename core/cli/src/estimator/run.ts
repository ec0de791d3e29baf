import { readFile } from 'node:fs/promises'
import { createLog, createMetrics, type ExposedMetrics, type LogOptions } from '@flotilla/core'
import {
  createAnswers,
  Ledger,
  nodeFacts,
  nodeFactsKind,
  podFacts,
  podFactsKind,
  quotaFacts,
  quotaFactsKind,
  startEstimatorServer,
} from '@flotilla/estimator/server'
import { createClient, createRuntime, httpTransport, loadKubeconfig, type Runtime } from '@flotilla/kube'
import { errors, type Log } from '@flotilla/sdk'
import type { Address } from '../commands/options.ts'
import { interrupted, serveHealth } from '../daemon.ts'

export interface EstimatorFlags {
  readonly clusterName: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly bindAddress: string
  readonly serverPort: number
  readonly grpcAuthCertFile?: string
  readonly grpcAuthKeyFile?: string
  readonly grpcClientCaFile?: string
  readonly insecureSkipGrpcClientVerify?: true
  readonly healthProbeBindAddress?: Address
  readonly metricsBindAddress?: Address
  readonly logLevel: NonNullable<LogOptions['level']>
}

/** The certificates the flags name, PEM; undefined: plaintext. */
async function identityOf(flags: EstimatorFlags) {
  const { grpcAuthCertFile: certFile, grpcAuthKeyFile: keyFile, grpcClientCaFile: caFile } = flags
  if (!certFile && !keyFile) {
    if (caFile) throw errors.CONFIG_INVALID('--grpc-client-ca-file', 'is of use only with a certificate and its key')
    return undefined
  }
  if (!certFile || !keyFile)
    throw errors.CONFIG_INVALID('--grpc-auth-cert-file', 'a certificate and its key belong together')
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
  if (!caFile || flags.insecureSkipGrpcClientVerify) return { cert, key }
  return { cert, key, clientCa: await readFile(caFile, 'utf8') }
}

/** What of a member is needed, and no more, from watches. */
const ledgerOf = (runtime: Runtime): Ledger =>
  new Ledger({
    nodes: runtime.store(nodeFactsKind, { project: nodeFacts }),
    pods: runtime.store(podFactsKind, { project: podFacts }),
    quotas: runtime.store(quotaFactsKind, { project: quotaFacts }),
  })

function reach(
  open: AsyncDisposableStack,
  options: Parameters<typeof httpTransport>[0],
  log: Log,
  metrics: ExposedMetrics,
) {
  const life = new AbortController()
  const transport = open.adopt(httpTransport({ ...options, metrics }), (transport) => transport.close())
  open.defer(() => life.abort())
  const client = createClient(transport, { fieldManager: 'flotilla-estimator' })
  return createRuntime({ client, name: 'flotilla-estimator', log, metrics, signal: life.signal })
}

/** Runs an estimator beside a member until someone interrupts it. It listens once it knows the cluster. */
export async function runEstimator(flags: EstimatorFlags): Promise<void> {
  const stop = interrupted()
  const log = createLog({ level: flags.logLevel })
  const metrics = createMetrics()
  const identity = await identityOf(flags)
  const unready = new Set(['the caches of the cluster are not full yet'])
  await using open = new AsyncDisposableStack()
  open.use(await serveHealth(flags, metrics, () => [...unready]))
  const runtime = reach(open, await loadKubeconfig(flags.kubeconfig, flags.context), log, metrics)
  const ledger = ledgerOf(runtime)
  const isReady = await Promise.race([ledger.synced.then(() => true), stop.then(() => false)])
  if (!isReady) return
  const answers = createAnswers({ cluster: flags.clusterName, ledger, client: runtime.client, metrics })
  const { bindAddress: host, serverPort: port } = flags
  const server = open.use(await startEstimatorServer({ answers, log, host, port, ...(identity && { identity }) }))
  unready.clear()
  console.log(`ready, the estimator of ${flags.clusterName} listens on port ${server.port}`)
  await stop
}
