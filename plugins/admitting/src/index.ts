import type { Plugin } from '@flotilla/sdk'
import { binding } from './binding.ts'
import { cluster } from './cluster.ts'
import { cronFederatedHpa } from './cron-federated-hpa.ts'
import { deletionProtection } from './deletion-protection.ts'
import { federatedHpa } from './federated-hpa.ts'
import { interpreterCustomization } from './interpreter-customization.ts'
import { overridePolicy } from './override-policy.ts'
import { propagationPolicy } from './propagation-policy.ts'
import { taintPolicy } from './taint-policy.ts'
import { work } from './work.ts'

/** What is written into the control plane: each kind is completed, and refused when it could not work. */
export const admittingPlugins: readonly Plugin[] = [
  // of any kind
  deletionProtection,
  // what stages write most
  work,
  binding,
  // what users write
  propagationPolicy,
  overridePolicy,
  cluster,
  taintPolicy,
  interpreterCustomization,
  federatedHpa,
  cronFederatedHpa,
]
