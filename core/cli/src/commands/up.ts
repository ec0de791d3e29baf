import { type Command, Option } from 'commander'
import type { AuditPlace } from '../fleet/audit.ts'
import type { RunOptions } from '../fleet/run.ts'
import { command, examples, wholeNumber } from './options.ts'

interface Flags extends Omit<RunOptions, 'version' | 'audit'> {
  readonly auditLog?: string
  readonly auditLevel: AuditPlace['level']
  readonly auditPolicy?: string
}

export const upCommand = (version: string): Command =>
  command('up')
    .summary('run a control plane and simulated members in this process')
    .description(
      'Run a control plane and simulated member clusters in this process, until Ctrl-C. The next start on the same ' +
        'directory goes on where this one was.',
    )
    .option('--members <n>', 'simulated members; by default those of the directory, or 3', wholeNumber(0, 100))
    .option('--nodes <n>', 'simulated nodes in each member; by default 3', wholeNumber(1, 5000))
    .option(
      '--node-leases',
      'have simulated nodes renew leases every 10 s, as kubelets do; by default they write nothing',
    )
    .option('--data-dir <dir>', 'where everything is kept', '.flotilla/up')
    .option('--port <port>', 'the port on 127.0.0.1; 0 is any that is free', wholeNumber(0, 65_535), 7443)
    .option('--kubeconfig <file>', 'where to write the kubeconfig; by default into the directory')
    .option(
      '--authentication-config <file>',
      'whose OpenID Connect tokens are believed: an AuthenticationConfiguration, as of a kube-apiserver',
    )
    .option('--audit-log <file>', 'where to write what is asked of the servers, as events of audit.k8s.io/v1')
    .addOption(
      new Option('--audit-level <level>', 'what is written: who asked for what, or what was said as well')
        .choices(['Metadata', 'RequestResponse'])
        .default('Metadata'),
    )
    .option(
      '--audit-policy <file>',
      'what is written of which requests, in place of one level: a Policy of audit.k8s.io',
    )
    .option('--config <file>', 'the config file (docs/config.md)')
    .addHelpText(
      'after',
      examples(
        ['flotilla up --data-dir ./my-fleet', 'with three simulated members'],
        ['flotilla up --members 0', 'for real clusters: see flotilla join --help'],
      ),
    )
    .action(async ({ auditLog: file, auditLevel: level, auditPolicy: policy, ...flags }: Flags) => {
      const { runFleet } = await import('../fleet/run.ts') // half a second, which no other command waits for
      await runFleet({ ...flags, ...(file && { audit: { file, level, ...(policy && { policy }) } }), version })
    })
