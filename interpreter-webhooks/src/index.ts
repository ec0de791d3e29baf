import type { Plugin } from '@flotilla/sdk'
import { webhookAdmission } from './admission.ts'
import { webhookInterpreter } from './webhook-interpreter.ts'

/** Webhooks that interpret kinds. */
export const interpreterWebhookPlugins: readonly Plugin[] = [webhookAdmission, webhookInterpreter]
