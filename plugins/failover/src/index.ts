import type { Plugin } from '@flotilla/sdk'
import { taintEviction } from './taint-eviction.ts'

/** When a binding has to leave a cluster. */
export const failoverPlugins: readonly Plugin[] = [taintEviction]
