import type { Command } from 'commander'
import type { EstimatorFlags } from '../estimator/run.ts'
import { address, command, examples, wholeNumber } from './options.ts'

export const estimatorCommand = (): Command =>
  command('estimator')
    .summary('say how many more replicas a cluster can take, node by node')
    .description(
      'Answer schedulers, Karmada’s or Flotilla’s, how many more replicas a cluster can take: node by node, with taints, ' +
        'affinities and quotas. It runs beside one member cluster until Ctrl-C, and only reads from it.',
    )
    .requiredOption('--cluster-name <name>', 'what the cluster is called in the control plane')
    .option('--kubeconfig <file>', "the cluster's kubeconfig; by default as kubectl finds it, or the pod's own account")
    .option('--context <name>', 'the context in it; by default its current one')
    .option('--bind-address <ip>', 'where it listens', '0.0.0.0')
    .option('--server-port <port>', 'the port; 0 is any that is free', wholeNumber(0, 65_535), 10_352)
    .option('--grpc-auth-cert-file <file>', 'its certificate, PEM; without one it speaks plaintext')
    .option('--grpc-auth-key-file <file>', 'the key to it, PEM')
    .option('--grpc-client-ca-file <file>', 'the authority whose clients alone are let in, PEM')
    .option('--insecure-skip-grpc-client-verify', 'let in who shows no certificate, all the same')
    .option('--health-probe-bind-address <address>', 'where /healthz and /readyz are', address, address(':10351'))
    .option('--metrics-bind-address <address>', 'where /metrics are', address, address(':8080'))
    .option('--log-level <level>', 'what is logged on standard error', 'info')
    .addHelpText(
      'after',
      examples(
        ['flotilla estimator --cluster-name paris --kubeconfig ~/.kube/paris', 'in plaintext'],
        ['kubectl create service externalname karmada-scheduler-estimator-paris \\', ''],
        ['  -n karmada-system --external-name paris.example.com --tcp 10352', 'tells the control plane where it is'],
      ),
    )
    .action(async (flags: EstimatorFlags) => {
      const { runEstimator } = await import('../estimator/run.ts') // no other command waits for gRPC
      await runEstimator(flags)
    })
