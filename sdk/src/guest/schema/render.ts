import { overridersSchema } from '../../api/override-policy.ts'
import type { Override } from '../../points/render.ts'
import type { ReviewedCluster } from '../../scheduling-review.ts'
import { object, required } from '../../schema.ts'
import { clusterSchema, manifestSchema } from './manifest.ts'

export const overrideSchema = object<Omit<Override, 'cluster'> & { readonly cluster: ReviewedCluster }>(
  'One rule of one override policy that is about a cluster.',
  {
    manifest: required(manifestSchema),
    cluster: required(clusterSchema),
    overriders: required(overridersSchema),
  },
)
