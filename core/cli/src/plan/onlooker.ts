import { createControlPlane, createMetrics } from '@flotilla/core'
import type { Ask } from '@flotilla/sdk'
import { plugins } from '../fleet/plugins.ts'
import type { Control } from './control.ts'
import type { MachineOptions } from './machine.ts'
import { type Members, membersOf, neighbours } from './members.ts'

/** Who looks and does nothing: the plugins of the control plane, and the members as they reach them. */
export interface Onlooker {
  readonly ask: Ask
  readonly members: Members
}

/** Plugins and members, until the stack is disposed of. Nothing is written anywhere. */
export async function openOnlooker(
  open: AsyncDisposableStack,
  control: Control,
  { config, log, version }: MachineOptions,
  signal: AbortSignal,
): Promise<Onlooker> {
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
  return { ask: machine.ask, members: membersOf(machine.ask, control, signal) }
}
