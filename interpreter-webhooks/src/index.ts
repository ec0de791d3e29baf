import type { Plugin } from '@flotilla/sdk'
import { webhookAdmission } from './admission.ts'
import { webhookInterpreter } from './webhook-interpreter.ts'

/** Webhooks that interpret kinds. */
export const interpreterWebhookPlugins: readonly Plugin[] = [webhookAdmission, webhookInterpreter]

export { placeOf, type Services } from './calling/place.ts'
export { type Probe, probe } from './calling/probe.ts'
export type { Typed } from './calling/rules.ts'
export { type Operation, operations } from './operations.ts'
