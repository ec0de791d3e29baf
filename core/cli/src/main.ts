import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { agentCommand } from './commands/agent.ts'
import { cordonCommand } from './commands/cordon.ts'
import { diffCommand } from './commands/diff.ts'
import { dnsCommand } from './commands/dns.ts'
import { estimatorCommand } from './commands/estimator.ts'
import { explainCommand } from './commands/explain.ts'
import { getCommand } from './commands/get.ts'
import { interpretCommand } from './commands/interpret.ts'
import { joinCommand } from './commands/join.ts'
import { kubeconfigCommand } from './commands/kubeconfig.ts'
import { logsCommand } from './commands/logs.ts'
import { command } from './commands/options.ts'
import { planCommand } from './commands/plan.ts'
import { pluginCommand } from './commands/plugin.ts'
import { quotaCommand } from './commands/quota.ts'
import { registerCommand } from './commands/register.ts'
import { serveCommand } from './commands/serve.ts'
import { simulateCommand } from './commands/simulate.ts'
import { taintCommand } from './commands/taint.ts'
import { tokenCommand } from './commands/token.ts'
import { uncordonCommand } from './commands/uncordon.ts'
import { unjoinCommand } from './commands/unjoin.ts'
import { unregisterCommand } from './commands/unregister.ts'
import { upCommand } from './commands/up.ts'
import { sentence } from './output/sentence.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const wrongUsage = 2
const failed = 1

/** Runs the command line; resolves with the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const program = command('flotilla')
    .enablePositionalOptions() // what stands behind a command is for that command
    .description('Many Kubernetes clusters, one API.')
    .version(version, '--version', 'show the version')
    .helpCommand('help [command]', 'show what a command does')
    .addCommand(upCommand(version))
    .addCommand(serveCommand(version))
    .addCommand(joinCommand())
    .addCommand(unjoinCommand())
    .addCommand(tokenCommand())
    .addCommand(registerCommand(version))
    .addCommand(unregisterCommand())
    .addCommand(agentCommand(version))
    .addCommand(cordonCommand())
    .addCommand(uncordonCommand())
    .addCommand(taintCommand())
    .addCommand(getCommand())
    .addCommand(logsCommand())
    .addCommand(kubeconfigCommand())
    .addCommand(planCommand(version))
    .addCommand(diffCommand(version))
    .addCommand(explainCommand(version))
    .addCommand(simulateCommand(version))
    .addCommand(interpretCommand(version))
    .addCommand(quotaCommand())
    .addCommand(pluginCommand(version))
    .addCommand(estimatorCommand())
    .addCommand(dnsCommand())
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage
    console.error(`flotilla: ${sentence(error)}`)
    return failed
  }
}
