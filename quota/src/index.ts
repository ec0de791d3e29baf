import type { Plugin } from '@flotilla/sdk'
import { quotaAdmission } from './admission.ts'

/** FederatedResourceQuota. */
export const quotaPlugins: readonly Plugin[] = [quotaAdmission]
