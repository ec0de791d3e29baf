import { type Command, InvalidArgumentError } from 'commander'
import type { DnsFlags } from '../dns/run.ts'
import { type Address, address, command, examples, wholeNumber } from './options.ts'

const here = { host: '127.0.0.1', port: 10_354 }

/** Where questions are answered: an address of its own, or all that a port without one means. */
function listening(text: string): Address {
  const place = address(text)
  if (!place) throw new InvalidArgumentError('It is an address such as 127.0.0.1:5353.')
  return { ...place, host: place.host.replace(/^\[(.*)\]$/, '$1') }
}

function domainName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, '')
  const isOne = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name)
  if (!isOne || name.length > 200) throw new InvalidArgumentError('It is a domain such as clusterset.local.')
  return name
}

const seconds = wholeNumber(0, 86_400)

export const dnsCommand = (): Command =>
  command('dns')
    .summary('answer names of imported services, such as web.shop.svc.clusterset.local')
    .description(
      'Answer, by DNS, the names of the ServiceImports of a cluster: for members whose CoreDNS has no multicluster plugin. ' +
        'It only reads from the cluster, keeps answering while that is away, and runs until Ctrl-C.',
    )
    .option('--kubeconfig <file>', "the cluster's kubeconfig; by default as kubectl finds it, or the pod's own account")
    .option('--context <name>', 'the context in it; by default its current one')
    .option('--listen <address>', 'where it answers, by UDP and TCP; [::]:53 is everyone', listening, {
      host: '127.0.0.1',
      port: 5353,
    })
    .option('--domain <name>', 'the domain it answers for', domainName, 'clusterset.local')
    .option('--ttl <seconds>', 'how long an answer holds', seconds, 5)
    .option('--negative-ttl <seconds>', 'how long it holds that there is no such name', seconds, 5)
    .option(
      '--topology-zone <zone>',
      'where those are who ask: of Services without an address they hear of what is near',
    )
    .option('--health-probe-bind-address <address>', 'where /healthz and /readyz are; 0 for none', address, here)
    .option('--metrics-bind-address <address>', 'where /metrics are; 0 for none', address, here)
    .option('--log-level <level>', 'what is logged on standard error', 'info')
    .addHelpText(
      'after',
      examples(
        ['flotilla dns --kubeconfig ~/.kube/paris', 'for this machine alone'],
        ['flotilla dns --listen [::]:53', 'in a pod, for a whole cluster'],
        ['dig -p 5353 @127.0.0.1 web.shop.svc.clusterset.local', 'asks it'],
      ),
    )
    .action(async (flags: DnsFlags) => {
      const { runDns } = await import('../dns/run.ts') // no other command waits for the DNS library
      await runDns(flags)
    })
