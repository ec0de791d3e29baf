import type { Plugin } from '@flotilla/sdk'
import { cronScaling } from './cron-scaling.ts'

/** Who changes replicas beside users. */
export const autoscalingPlugins: readonly Plugin[] = [cronScaling]
