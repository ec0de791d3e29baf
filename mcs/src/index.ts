import type { Plugin } from '@flotilla/sdk'
import { ingressAdmission } from './ingress-admission.ts'
import { serviceAdmission } from './service-admission.ts'

/** Services and ingresses across clusters. */
export const mcsPlugins: readonly Plugin[] = [serviceAdmission, ingressAdmission]
