import type { Plugin } from '@flotilla/sdk'
import { general } from './general.ts'

/** How many replicas clusters can take: the most careful opinion counts. */
export const estimatingPlugins: readonly Plugin[] = [general]
