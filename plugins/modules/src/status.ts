import {
  type Controller,
  deepEqual,
  done,
  type ErrorCode,
  findCondition,
  type Host,
  isTrue,
  type ResourceInterpreterModule,
  type ResourceInterpreterModuleStatus,
  resourceInterpreterModuleKind,
  setCondition,
} from '@flotilla/sdk'
import type { House } from './house.ts'
import type { Faring, Module } from './module.ts'

/** Why a module is not ready, in a word, by the error it failed with. */
const reasons: Partial<Readonly<Record<ErrorCode, string>>> = {
  MODULE_FETCH: 'FetchFailed',
  MODULE_DIGEST: 'DigestMismatch',
  MODULE_SIGNATURE: 'SignatureInvalid',
  MODULE_INVALID: 'Invalid',
  SANDBOX_PROGRAM: 'CompileFailed',
}

type Said = Parameters<typeof setCondition>[1]

/** A longer message says no more. */
const longest = 2000

function readiness({ failure, running }: Faring, { voices }: Module): Said {
  const points = [...voices.keys()].join(', ')
  if (!failure) return { type: 'Ready', status: 'True', reason: 'Loaded', message: `it answers ${points}` }
  const meanwhile = running ? `; the program loaded before (${running.digest}) goes on answering ${points}` : ''
  const message = failure.message.slice(0, longest) + meanwhile
  return { type: 'Ready', status: 'False', reason: reasons[failure.code] ?? 'LoadFailed', message }
}

const answering = ({ failing, running }: Faring): Said => {
  const said = { type: 'Answering' } as const
  if (failing) return { ...said, status: 'False', reason: 'CallFailed', message: failing.slice(0, longest) }
  return running
    ? { ...said, status: 'True', reason: 'NoFailure', message: 'no call has failed lately' }
    : { ...said, status: 'Unknown', reason: 'NotLoaded', message: 'it is not asked before it is ready' }
}

/** What there is to say of a module; undefined while it is being loaded: that is soon over. */
export function statusOf(module: Module, now: Date): ResourceInterpreterModuleStatus | undefined {
  const { faring, object } = module
  if (faring.isReady === undefined) return undefined
  const { generation } = object.metadata
  const stamped = (said: Said): Said => (generation === undefined ? said : { ...said, observedGeneration: generation })
  const before = object.status?.conditions
  const conditions = setCondition(
    setCondition(before, stamped(readiness(faring, module)), now),
    stamped(answering(faring)),
    now,
  )
  return {
    conditions,
    ...(faring.running && { digest: faring.running.digest, functions: faring.running.functions }),
    ...(generation !== undefined && { observedGeneration: generation }),
  }
}

/** Tells of a turn for the worse: what a module is not ready for, or fails with. */
function tell(host: Host, module: ResourceInterpreterModule, status: ResourceInterpreterModuleStatus): void {
  const events = { Ready: 'ModuleNotReady', Answering: 'ModuleFailing' }
  for (const [type, reason] of Object.entries(events)) {
    const now = findCondition(status.conditions, type)
    const before = findCondition(module.status?.conditions, type)
    if (now?.status === 'False' && now.message !== before?.message) host.event(module, 'Warning', reason, now.message)
    if (type === 'Ready' && !isTrue(status.conditions, type)) return // who is not ready does not answer
  }
}

/** Says of each module how it fares. */
export function moduleStatus(host: Host, house: House): Controller {
  return host
    .controller('status')
    .for(resourceInterpreterModuleKind)
    .hears((enqueue) => house.listen(enqueue))
    .reconcile(async (object, _, signal) => {
      const module = object && house.get(object.metadata.name)
      if (!module || object.metadata.deletionTimestamp) return done
      module.update(object) // its listener hears of it, too, maybe later
      const status = statusOf(module, host.now())
      if (!status || deepEqual(status, object.status)) return done
      await host.client.update(resourceInterpreterModuleKind, { ...object, status }, { subresource: 'status', signal })
      tell(host, object, status)
      return done
    })
}
