import { type Daemon, daemon } from './daemon.ts'

/** Starts `flotilla estimator` for a cluster, on a free port. */
export const estimator = (cluster: string, kubeconfig: string, args: readonly string[] = []): Promise<Daemon> =>
  daemon(
    /^ready, .* listens on port (\d+)$/,
    'estimator',
    '--cluster-name',
    cluster,
    '--kubeconfig',
    kubeconfig,
    '--server-port',
    '0',
    ...args,
  )
