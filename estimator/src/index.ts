import type { Plugin } from '@flotilla/sdk'
import { accurate } from './calling/accurate.ts'

/** Asks the estimators that run beside clusters. */
export const estimatorPlugins: readonly Plugin[] = [accurate]
