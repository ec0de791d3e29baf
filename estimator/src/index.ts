import type { Plugin } from '@flotilla/sdk'
import { accurate } from './calling/accurate.ts'
import { descheduler } from './descheduling/descheduler.ts'

/** What asks the estimators that run beside clusters; each only when the config file enables it. */
export const estimatorPlugins: readonly Plugin[] = [accurate, descheduler]
