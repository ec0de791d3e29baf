import { type Account, isPropagated } from '@flotilla/core'
import { ApiError, type Binding, isFields, keyOf, type Manifest } from '@flotilla/sdk'
import type { Control } from '../plan/control.ts'
import type { MachineOptions } from '../plan/machine.ts'
import { neighbours } from '../plan/members.ts'
import { whyUnbound } from '../plan/reasons.ts'
import { scopeFor } from '../plan/scope.ts'
import { type Scratch, startScratch } from '../plan/scratch.ts'
import { takePicture } from '../plan/snapshot.ts'
import type { Subject } from './subject.ts'

/** Who says how a decision came about: the control plane that made it, or this process, which made it once more. */
export type Source = 'control plane' | 'this process'

const isAccount = (body: unknown): body is Account => isFields(body) && Array.isArray(body.decisions)

/** What the control plane remembers; undefined when it cannot be asked. */
async function remembered({ client }: Control, binding: Binding, signal: AbortSignal): Promise<Account | undefined> {
  const { namespace, name } = binding.metadata
  const path = ['/debug/schedule', namespace, name].filter((part) => part !== undefined).join('/')
  try {
    const { body } = await client.raw({ path, signal })
    return isAccount(body) ? body : undefined
  } catch (error) {
    if (error instanceof ApiError) return undefined // it does not serve the path, or not to us
    throw error
  }
}

/** Begins with what the control plane holds about an object, and does nothing with it by itself. */
async function scratchOf(
  open: AsyncDisposableStack,
  control: Control,
  about: Manifest,
  options: MachineOptions,
  signal: AbortSignal,
): Promise<Scratch> {
  const { rows } = await takePicture(control, await scopeFor(control, [about], signal), signal)
  const kinds = (await control.discovery.kinds()).filter((kind) => isPropagated(kind, options.config))
  return startScratch(open, { ...options, rows, kinds, plugins: [neighbours(control.identity)], stages: [] })
}

/** How it came about where a binding goes: from memory, or decided once more here, where nothing comes of it. */
export async function accountFor(
  control: Control,
  { binding, template }: Subject,
  options: MachineOptions,
  signal: AbortSignal,
): Promise<{ readonly account?: Account; readonly source?: Source }> {
  if (!binding) return {}
  const found = await remembered(control, binding, signal)
  if (found) return { account: found, source: 'control plane' }
  await using open = new AsyncDisposableStack()
  const scratch = await scratchOf(open, control, template ?? binding, options, signal)
  const account = await scratch.account(keyOf(binding))
  return account ? { account, source: 'this process' } : {}
}

/** Why a template has no binding. */
export async function unboundReason(
  control: Control,
  { kind, template }: Subject,
  options: MachineOptions,
  signal: AbortSignal,
): Promise<string> {
  if (!kind || !template) return 'its template is gone'
  await using open = new AsyncDisposableStack()
  const scratch = await scratchOf(open, control, template, options, signal)
  return whyUnbound({ ...scratch, config: options.config }, kind, template)
}
