import type { Command } from 'commander'
import { type KubeconfigFlags, runKubeconfig } from '../get/kubeconfig.ts'
import { clusters, command, context, examples, kubeconfig } from './options.ts'

export const kubeconfigCommand = (): Command =>
  command('kubeconfig')
    .summary('print a kubeconfig with a context for each member cluster')
    .description(
      'Print a kubeconfig with a context for each member cluster, called as the cluster is, that leads there through the control plane: with it kubectl exec, ' +
        'port-forward, top and all else work in every member, with the rights you have there. It has the credentials of the kubeconfig it is made of, so keep it as safe.',
    )
    .addOption(clusters())
    .addOption(kubeconfig())
    .addOption(context())
    .addHelpText(
      'after',
      examples(
        ['flotilla kubeconfig > members.yaml', 'all that are ready'],
        ['kubectl --kubeconfig members.yaml --context paris exec -it web-7d4b9 -- sh', 'into a container of one'],
        ['KUBECONFIG=~/.kube/config:members.yaml kubectl config get-contexts', 'beside the contexts there are'],
      ),
    )
    .action((flags: KubeconfigFlags) => runKubeconfig(flags))
