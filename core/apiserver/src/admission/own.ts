import type { Objects } from '../store/objects.ts'
import type { Admission } from './admission.ts'
import { byResource } from './by-resource.ts'
import { ingressClass, onePriority, priority, storageClass } from './classes.ts'
import { claimLimits, podLimits } from './limits.ts'

/** What a cluster's own objects say of others on their way in: limits, classes. */
export const ownAdmission = (objects: Objects): Admission =>
  byResource({
    pods: [podLimits(objects), priority(objects)],
    persistentvolumeclaims: [claimLimits(objects), storageClass(objects)],
    'ingresses.networking.k8s.io': [ingressClass(objects)],
    'priorityclasses.scheduling.k8s.io': [onePriority(objects)],
  })
