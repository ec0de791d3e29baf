import type { Plugin } from '@flotilla/sdk'
import { namespaceSync } from './namespace-sync.ts'

/** What every cluster has because the control plane has it. */
export const namespacePlugins: readonly Plugin[] = [namespaceSync]
