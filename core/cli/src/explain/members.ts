import { createControlPlane, createMetrics } from '@flotilla/core'
import { plugins } from '../fleet/plugins.ts'
import type { Control } from '../plan/control.ts'
import type { MachineOptions } from '../plan/machine.ts'
import { type Members, membersOf, neighbours } from '../plan/members.ts'

/** The members, as the plugins of the control plane reach them, until the stack is disposed of. Nothing is written there. */
export async function openMembers(
  open: AsyncDisposableStack,
  control: Control,
  { config, log, version }: MachineOptions,
  signal: AbortSignal,
): Promise<Members> {
  const life = new AbortController()
  const machine = createControlPlane({
    client: control.client,
    config,
    log,
    version,
    metrics: createMetrics(),
    signal: life.signal,
    plugins: await plugins(config, [neighbours(control.identity)]),
    stages: [],
  })
  open.defer(async () => {
    life.abort()
    await machine.run() // nothing runs any more: it ends the plugins
  })
  return membersOf(machine.ask, control, signal)
}
