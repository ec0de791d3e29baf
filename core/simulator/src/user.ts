import { masters } from '@flotilla/apiserver'
import type { User } from '@flotilla/kube'

/** Who writes: a part of the cluster, which may do everything. */
export const simulatorUser: User = { name: 'system:simulator', groups: [masters] }
