import type { Plugin } from '@flotilla/sdk'
import { priority } from './priority.ts'

/** Which policy claims a template. */
export const matchingPlugins: readonly Plugin[] = [priority]
