import type { Plugin } from '@flotilla/sdk'
import { aggregated } from './aggregated.ts'
import { duplicated } from './duplicated.ts'
import { dynamicWeight } from './dynamic-weight.ts'
import { nonWorkload } from './non-workload.ts'
import { staticWeight } from './static-weight.ts'

/** Who gets how many replicas. The first that knows the strategy answers; what has no replicas comes before all. */
export const assigningPlugins: readonly Plugin[] = [nonWorkload, duplicated, staticWeight, dynamicWeight, aggregated]
