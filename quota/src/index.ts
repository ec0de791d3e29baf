import type { Plugin } from '@flotilla/sdk'
import { quotaAdmission } from './admission.ts'
import { federatedResourceQuota } from './federated-resource-quota.ts'
import { quotaEstimator } from './quota-estimator.ts'
import { sharedQuotaAdmission } from './shared-admission.ts'

/** FederatedResourceQuota and SharedResourceQuota. The last of them writes down what is allowed: nobody should refuse it after that. */
export const quotaPlugins: readonly Plugin[] = [
  quotaAdmission,
  sharedQuotaAdmission,
  quotaEstimator,
  federatedResourceQuota,
]
