import type { Resource } from '../resource.ts'
import { access } from './access.ts'
import { admissionPolicies } from './admission-policies.ts'
import { admissionWebhooks } from './admission-webhooks.ts'
import { apiService } from './api-services.ts'
import { jobs } from './batch.ts'
import { signingRequests } from './certificates.ts'
import { cluster } from './cluster.ts'
import { configuration } from './configuration.ts'
import { customResourceDefinition } from './custom-resource-definitions.ts'
import { eventKinds } from './events.ts'
import { mutatingPolicies } from './mutating-policies.ts'
import { networks } from './networking.ts'
import { pods } from './pods.ts'
import { reviews } from './reviews.ts'
import { scaling } from './scaling.ts'
import { scalingV1 } from './scaling-v1.ts'
import { services } from './services.ts'
import { volumes } from './volumes.ts'
import { workloads } from './workloads.ts'

/** The kinds every Kubernetes API server has, in the order discovery shows their groups. */
export const builtins: readonly Resource[] = [
  ...pods,
  ...services,
  ...configuration,
  ...cluster,
  ...eventKinds,
  ...volumes,
  ...workloads,
  ...jobs,
  ...networks,
  ...scaling,
  ...scalingV1,
  ...access,
  ...reviews,
  signingRequests,
  ...admissionWebhooks,
  ...admissionPolicies,
  ...mutatingPolicies,
  customResourceDefinition,
  apiService,
]
