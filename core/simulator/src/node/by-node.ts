import type { Index } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'

/** Pods by the node they are on. */
export const byNode: Index<Pod> = { name: 'node', values: ({ spec: { nodeName } }) => (nodeName ? [nodeName] : []) }
